"""Streams for which no number may be invented, and what is reported instead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from streamkit.apis import interpret
from streamkit.metrics import METRICS, Collection, find, measure, row_of
from streamkit.model.exchange import End, Exchange, Frames, Request
from streamkit.model.measurement import Measurement, TokenCounter
from tests.metrics.making import MS, ROLE, STOP, chunk, exchange, plain, text, usage

EVERY = list(METRICS.values())


def measured(events: Any, counter: TokenCounter | None = None, **fields: Any) -> Measurement:
    return measure(interpret(exchange(events, **fields)), EVERY, counter)


def missing(measurement: Measurement) -> dict[str, str]:
    return {name: samples.missing for name, samples in measurement.samples.items() if samples.missing}


def value(measurement: Measurement, name: str) -> float:
    (number,) = measurement.samples[find(name).name].values
    return number


def test_without_times_there_are_no_durations() -> None:
    told = measured([(None, data) for _, data in plain(5)], clock="none", end=None)
    for entry in EVERY:
        if (
            entry.of_stream
            and (entry.unit == "ns" or entry.unit.endswith("/s"))
            and not entry.name.startswith("server_")
        ):
            assert told.samples[entry.name].missing == "no-times", entry.name
    assert value(told, "tokens") == 5
    assert value(told, "chunks") == 8


def test_one_token() -> None:
    told = measured([(20, ROLE), (100, text("a")), (110, STOP), (120, usage(1)), (120, "[DONE]")])
    assert value(told, "ttft") == value(told, "ttlt") == 100 * MS
    for name in ("inter_chunk_gap", "inter_token_latency", "output_tokens_per_second", "stalls"):
        assert missing(told)[name] == "one-token"


def test_zero_tokens() -> None:
    told = measured([(20, ROLE), (30, STOP), (40, usage(0)), (40, "[DONE]")])
    assert value(told, "tokens") == 0
    assert missing(told)["time_to_first_token"] == "no-token"
    assert told.notes == ()


def test_all_failed() -> None:
    refused = Exchange(
        source="client", clock="monotonic", end=End(at=3 * MS, reason="refused"), recorded_at="2026-11-20T20:00:00Z"
    )
    told = measure(interpret(refused), EVERY)
    assert told.verdict == "not-a-stream"
    assert (value(told, "bytes"), value(told, "events"), value(told, "total")) == (0, 0, 3 * MS)
    assert missing(told)["time_to_first_byte"] == "no-body"
    assert missing(told)["time_to_first_token"] == "unknown-api"
    whole = Collection(EVERY)
    whole.add(told)
    summary = whole.to_json()
    assert summary["metrics"]["time_to_first_token_ns"] is None
    assert summary["missing"]["time_to_first_token_ns"] == {"unknown-api": 1}
    assert summary["run"]["request_throughput"] == 0


def test_an_unknown_api_is_not_the_same_as_no_content() -> None:
    told = measure(interpret(replace(exchange([(10, '{"odd":1}'), (20, '{"odd":2}')]), request=None)), EVERY)
    assert told.api == "unknown"
    assert missing(told)["content_chunks"] == missing(told)["output_tokens"] == "unknown-api"
    assert value(told, "chunks") == 2


def test_the_clock_goes_back() -> None:
    told = measured([(100, text("a")), (90, text("b")), (120, text("c")), (80, text("d")), (85, text("e"))])
    assert list(told.samples["inter_chunk_gap"].values) == [5 * MS, 30 * MS]
    assert told.notes == ("the clock went back 2 times; those gaps are left out",)
    assert missing(told)["generation_time"] == "clock-went-back"


def test_frames_without_a_timestamp_among_others_with_one() -> None:
    told = measured([(100, text("a")), (None, text("b")), (130, text("c"))])
    assert list(told.samples["inter_chunk_gap"].values) == [30 * MS]


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([(1, text("a")), (2, text("b")), (3, usage(0))], "usage says 0 output tokens, and 2 chunks carry content"),
        ([(1, text("a")), (3, usage(-4))], "usage says -4 output tokens, and 1 chunks carry content"),
        (
            [(1, usage(1)), (2, text("a")), (3, text("b"))],
            "usage says 1 output tokens before the last content chunk, so it is not the total",
        ),
    ],
)
def test_implausible_usage(events: Any, said: str) -> None:
    told = measured(events)
    assert told.notes == (said,)
    assert told.samples["output_tokens"].values == ()
    counted = measured(events, TokenCounter("letters", len))
    assert counted.samples["output_tokens"].source == "tokenizer letters"
    assert said in counted.notes


def test_usage_of_every_chunk_of_a_stream_that_was_cut() -> None:
    told = measured(
        [(at, chunk({"content": "w"}, usage={"completion_tokens": at, "prompt_tokens": 1})) for at in (1, 2, 3)]
    )
    assert (value(told, "tokens"), told.samples["output_tokens"].source) == (3, "per-chunk usage")


def test_hidden_reasoning_is_excluded_from_rates_and_reported() -> None:
    reported = usage(104, completion_tokens_details={"reasoning_tokens": 100})
    told = measured([(100 + 10 * n, text("w")) for n in range(4)] + [(140, STOP), (150, reported), (150, "[DONE]")])
    assert value(told, "tokens") == 104
    assert value(told, "tokens_per_second") == pytest.approx(100)
    assert told.notes == ("usage counts 100 reasoning tokens that no chunk shows; rates leave them out",)


@pytest.mark.parametrize(
    ("counted", "said"), [(4, []), (9, ["usage says 4 output tokens that chunks show, tokenizer x counts 9"])]
)
def test_a_tokenizer_is_compared_with_the_visible_tokens(counted: int, said: list[str]) -> None:
    reported = usage(104, completion_tokens_details={"reasoning_tokens": 100})
    events = [(100 + 10 * n, text("w")) for n in range(4)] + [(140, STOP), (150, reported), (150, "[DONE]")]
    told = measured(events, TokenCounter("x", lambda _: counted))
    assert [note for note in told.notes if "tokenizer" in note] == said


def test_chunks_of_one_read_are_reported() -> None:
    told = measured([(100, text("a")), (100, text("b")), (100.05, text("c")), (120, text("d"))])
    assert value(told, "coalesced") == pytest.approx(2 / 3)
    assert told.notes[0].startswith("2 of 3 gaps are under 0.1 ms")


def test_two_choices_have_separate_gaps() -> None:
    events = [(at, chunk({"content": "w"}, index=at // 5 % 2)) for at in range(100, 160, 5)]
    told = measured([*events, (161, chunk(finish="stop")), (162, chunk(finish="stop", index=1))])
    assert set(told.samples["inter_chunk_gap"].values) == {10 * MS}
    assert told.notes == ("2 choices: gaps are those within each choice",)


def test_a_tokenizer_counts_the_joined_text() -> None:
    seen: list[str] = []

    def count(words: str) -> int:
        seen.append(words)
        return len(words.split())

    told = measured([(1, text("unbeliev")), (2, text("able")), (3, STOP), (3, "[DONE]")], TokenCounter("words", count))
    assert (seen, value(told, "tokens")) == (["unbelievable"], 1)


def test_a_recorder_that_was_killed() -> None:
    made = replace(exchange(plain(5)[:4]), end=None)
    told = measure(interpret(made), EVERY)
    assert missing(told)["operation_duration"] == "no-end-time"
    assert value(told, "ttft") == 100 * MS


def test_an_empty_exchange() -> None:
    told = measure(interpret(Exchange(frames=Frames())), EVERY)
    assert {samples.missing for samples in told.samples.values() if not samples.values} >= {"no-times"}


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
    told = measure(interpret(replace(exchange(events), request=request)), EVERY)
    assert sum(len(samples.values) for samples in told.samples.values()) < 200
    Collection(EVERY).add(told)
    orjson.dumps(row_of(told, EVERY))


@pytest.mark.parametrize("value", ["1e308", "1e309", "9" * 400, "1e18", "-1e400"])
def test_server_times_that_are_too_large_are_ignored(value: str) -> None:
    last = STOP.removesuffix("}") + f',"timings":{{"prompt_ms":{value},"predicted_ms":3}}}}'
    told = measured([(100, text("a")), (110, last), (110, "[DONE]")])
    assert missing(told)["server_prompt_time"] == "not-reported"


@pytest.mark.parametrize("when", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_an_impossible_year_is_not_a_wall_clock(when: str) -> None:
    whole = Collection(EVERY)
    whole.add(measured(plain(5), recorded_at=when))
    assert len(whole.spans) == 0


def test_a_log_of_whole_seconds_is_reported_as_such() -> None:
    events = [(1000 * (place * 150 // 1000), data) for place, (_, data) in enumerate(plain(39))]
    told = measured(events, clock="log", resolution=1_000_000_000)
    assert told.notes == ("the log's stamps have steps of 1 s: what is finer is not known",)
    assert missing(told)["inter_chunk_gap"] == missing(told)["inter_token_latency"] == "coarse-clock"
    # The same if only the times themselves show it, as in a recording made from a log.
    assert measured(events, clock="log").notes == told.notes
