"""Streams for which no number may be invented, and what is reported instead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from streamkit.apis import interpret
from streamkit.metrics import METRICS, Collection, measure, metric_named, row_of
from streamkit.metrics._timeline import COALESCED_NS
from streamkit.model.exchange import End, Exchange, Frames, Request
from streamkit.model.measurement import Measurement, TokenCounter
from tests.metrics.making import MS, ROLE, STOP, chunk, exchange, plain, text, usage

EVERY = list(METRICS.values())


def measured(events: Any, counter: TokenCounter | None = None, **fields: Any) -> Measurement:
    return measure(interpret(exchange(events, **fields)), EVERY, counter)


def missing(measurement: Measurement) -> dict[str, str]:
    return {name: samples.missing for name, samples in measurement.samples.items() if samples.missing}


def value(measurement: Measurement, name: str) -> float:
    (number,) = measurement.samples[metric_named(name).name].values
    return number


def test_without_times_there_are_no_durations() -> None:
    measurement = measured([(None, data) for _, data in plain(5)], clock="none", end=None)
    for entry in EVERY:
        if (
            entry.of_stream
            and (entry.unit == "ns" or entry.unit.endswith("/s"))
            and not entry.name.startswith("server_")
        ):
            assert measurement.samples[entry.name].missing == "no-times", entry.name
    assert value(measurement, "tokens") == 5
    assert value(measurement, "chunks") == 8


def test_one_token() -> None:
    measurement = measured([(20, ROLE), (100, text("a")), (110, STOP), (120, usage(1)), (120, "[DONE]")])
    assert value(measurement, "ttft") == value(measurement, "ttlt") == 100 * MS
    for name in ("inter_chunk_gap", "inter_token_latency", "output_tokens_per_second", "stalls"):
        assert missing(measurement)[name] == "one-token"


def test_zero_tokens() -> None:
    measurement = measured([(20, ROLE), (30, STOP), (40, usage(0)), (40, "[DONE]")])
    assert value(measurement, "tokens") == 0
    assert missing(measurement)["time_to_first_token"] == "no-token"
    assert measurement.notes == ()


def test_all_failed() -> None:
    refused = Exchange(
        source="client", clock="monotonic", end=End(at=3 * MS, reason="refused"), recorded_at="2026-11-20T20:00:00Z"
    )
    measurement = measure(interpret(refused), EVERY)
    assert measurement.verdict == "not-a-stream"
    assert (value(measurement, "bytes"), value(measurement, "events"), value(measurement, "total")) == (0, 0, 3 * MS)
    assert missing(measurement)["time_to_first_byte"] == "no-body"
    assert missing(measurement)["time_to_first_token"] == "unknown-api"
    whole = Collection(EVERY)
    whole.add(measurement)
    summary = whole.to_json()
    assert summary["metrics"]["time_to_first_token_ns"] is None
    assert summary["missing"]["time_to_first_token_ns"] == {"unknown-api": 1}
    assert summary["run"]["request_throughput"] == 0


def test_an_unknown_api_is_not_the_same_as_no_content() -> None:
    measurement = measure(interpret(replace(exchange([(10, '{"odd":1}'), (20, '{"odd":2}')]), request=None)), EVERY)
    assert measurement.api == "unknown"
    assert missing(measurement)["content_chunks"] == missing(measurement)["output_tokens"] == "unknown-api"
    assert value(measurement, "chunks") == 2


def test_the_clock_goes_back() -> None:
    measurement = measured([(100, text("a")), (90, text("b")), (120, text("c")), (80, text("d")), (85, text("e"))])
    assert list(measurement.samples["inter_chunk_gap"].values) == [5 * MS, 30 * MS]
    assert measurement.notes == ("the clock went back 2 times; those gaps are left out",)
    assert missing(measurement)["generation_time"] == "clock-went-back"


def test_frames_without_a_timestamp_among_others_with_one() -> None:
    measurement = measured([(100, text("a")), (None, text("b")), (130, text("c"))])
    assert list(measurement.samples["inter_chunk_gap"].values) == [30 * MS]


@pytest.mark.parametrize(
    ("events", "note"),
    [
        ([(1, text("a")), (2, text("b")), (3, usage(0))], "usage says 0 output tokens, and 2 chunks carry content"),
        ([(1, text("a")), (3, usage(-4))], "usage says -4 output tokens, and 1 chunks carry content"),
        (
            [(1, usage(1)), (2, text("a")), (3, text("b"))],
            "usage says 1 output tokens before the last content chunk, so it is not the total",
        ),
    ],
)
def test_implausible_usage(events: Any, note: str) -> None:
    measurement = measured(events)
    assert measurement.notes == (note,)
    assert measurement.samples["output_tokens"].values == ()
    counted = measured(events, TokenCounter("letters", len))
    assert counted.samples["output_tokens"].source == "tokenizer letters"
    assert note in counted.notes


def test_usage_of_every_chunk_of_a_stream_that_was_cut() -> None:
    measurement = measured(
        [(at, chunk({"content": "w"}, usage={"completion_tokens": at, "prompt_tokens": 1})) for at in (1, 2, 3)]
    )
    assert (value(measurement, "tokens"), measurement.samples["output_tokens"].source) == (3, "per-chunk usage")


def test_hidden_reasoning_is_excluded_from_rates_and_reported() -> None:
    reported = usage(104, completion_tokens_details={"reasoning_tokens": 100})
    measurement = measured(
        [(100 + 10 * n, text("w")) for n in range(4)] + [(140, STOP), (150, reported), (150, "[DONE]")]
    )
    assert value(measurement, "tokens") == 104
    assert value(measurement, "tokens_per_second") == pytest.approx(100)
    assert measurement.notes == ("usage counts 100 reasoning tokens that no chunk shows; rates leave them out",)


@pytest.mark.parametrize(
    ("counted", "notes"), [(4, []), (9, ["usage says 4 output tokens that chunks show, tokenizer x counts 9"])]
)
def test_a_tokenizer_is_compared_with_the_visible_tokens(counted: int, notes: list[str]) -> None:
    reported = usage(104, completion_tokens_details={"reasoning_tokens": 100})
    events = [(100 + 10 * n, text("w")) for n in range(4)] + [(140, STOP), (150, reported), (150, "[DONE]")]
    measurement = measured(events, TokenCounter("x", lambda _: counted))
    assert [note for note in measurement.notes if "tokenizer" in note] == notes


def test_chunks_of_one_read_are_reported() -> None:
    measurement = measured([(100, text("a")), (100, text("b")), (100.05, text("c")), (120, text("d"))])
    assert value(measurement, "coalesced") == pytest.approx(2 / 3)
    assert measurement.notes[0].startswith("2 of 3 gaps are under 0.1 ms")


def test_two_choices_have_separate_gaps() -> None:
    events = [(at, chunk({"content": "w"}, index=at // 5 % 2)) for at in range(100, 160, 5)]
    measurement = measured([*events, (161, chunk(finish="stop")), (162, chunk(finish="stop", index=1))])
    assert set(measurement.samples["inter_chunk_gap"].values) == {10 * MS}
    assert measurement.notes == ("2 choices: gaps are those within each choice",)


def test_a_tokenizer_counts_the_joined_text() -> None:
    seen: list[str] = []

    def count(words: str) -> int:
        seen.append(words)
        return len(words.split())

    measurement = measured(
        [(1, text("unbeliev")), (2, text("able")), (3, STOP), (3, "[DONE]")], TokenCounter("words", count)
    )
    assert (seen, value(measurement, "tokens")) == (["unbelievable"], 1)


def test_a_recorder_that_was_killed() -> None:
    made = replace(exchange(plain(5)[:4]), end=None)
    measurement = measure(interpret(made), EVERY)
    assert missing(measurement)["operation_duration"] == "no-end-time"
    assert value(measurement, "ttft") == 100 * MS


def test_an_empty_exchange() -> None:
    measurement = measure(interpret(Exchange(frames=Frames())), EVERY)
    assert {samples.missing for samples in measurement.samples.values() if not samples.values} >= {"no-times"}


GEMINI = "https://generativelanguage.googleapis.com/v1beta/models/gemini-x:streamGenerateContent?alt=sse"


def gemini(text: str, tokens: object) -> str:
    return (
        orjson.dumps(
            {
                "candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}],
                "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": "TOKENS", "totalTokenCount": 9},
            }
        )
        .decode()
        .replace('"TOKENS"', str(tokens))
    )


@pytest.mark.parametrize("count", [150_000_000, 10**15, 2**53, 2**63, 2**64, 10**30, "9" * 400, -(10**20)])
def test_a_number_in_the_data_does_not_determine_memory(count: object) -> None:
    events = [(100 + 10 * place, gemini("word ", count if place else 1)) for place in range(4)]
    request = Request("POST", GEMINI)
    measurement = measure(interpret(replace(exchange(events), request=request)), EVERY)
    assert sum(len(samples.values) for samples in measurement.samples.values()) < 200
    Collection(EVERY).add(measurement)
    orjson.dumps(row_of(measurement, EVERY))


@pytest.mark.parametrize("value", ["1e308", "1e309", "9" * 400, "1e18", "-1e400"])
def test_server_times_that_are_too_large_are_ignored(value: str) -> None:
    last = STOP.removesuffix("}") + f',"timings":{{"prompt_ms":{value},"predicted_ms":3}}}}'
    measurement = measured([(100, text("a")), (110, last), (110, "[DONE]")])
    assert missing(measurement)["server_prompt_time"] == "not-reported"


@pytest.mark.parametrize("when", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_an_impossible_year_is_not_a_wall_clock(when: str) -> None:
    whole = Collection(EVERY)
    whole.add(measured(plain(5), recorded_at=when))
    assert len(whole.spans) == 0


def test_a_log_of_whole_seconds_is_reported_as_such() -> None:
    events = [(1000 * (place * 150 // 1000), data) for place, (_, data) in enumerate(plain(39))]
    measurement = measured(events, clock="log", resolution=1_000_000_000)
    assert measurement.notes == ("the log's stamps have steps of 1 s: what is finer is not known",)
    assert missing(measurement)["inter_chunk_gap"] == missing(measurement)["inter_token_latency"] == "coarse-clock"
    # The same if only the times themselves show it, as in a recording made from a log.
    assert measured(events, clock="log").notes == measurement.notes


@pytest.mark.parametrize(("resolution", "known"), [(COALESCED_NS, True), (COALESCED_NS + 1, False)])
def test_coalesced_gaps_are_counted_if_the_clock_can_show_them(resolution: int, known: bool) -> None:
    events = [(at + 0.000123 * place, data) for place, (at, data) in enumerate(plain(5))]
    measurement = measured(events, clock="log", resolution=resolution)
    assert missing(measurement).get("coalesced_gaps") == (None if known else "coarse-clock")


def test_a_request_for_several_choices_is_enough_to_look_for_them() -> None:
    """The first and the last chunks of content are those of one choice, and one choice has a finish reason."""
    first = [(10 * place, text(f"{place} ")) for place in range(1, 40)]
    other = [(205, chunk({"content": "other"}, index=1))]
    events = [*sorted([*first, *other]), (500, STOP)]
    alone, both = measured(events), measured(events, request={"n": 2})
    assert [choice.number for choice in both.choices] == [0, 1]
    assert alone.choices == ()
