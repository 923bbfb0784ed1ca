"""All streams of a run together: how many there are, what their tokens are counted by, and summaries that are merged."""

from __future__ import annotations

import pytest

from streamkit.metrics import METRICS, Collection, Gate, measure, metric, parse_expression
from streamkit.model.measurement import ChoiceTimes, Measurement, Samples, TokenCounter
from streamkit.model.stream import Stream
from tests.metrics.making import MS, ROLE, STOP, chunk, plain, stream, text, usage

ALL = list(METRICS.values())
WORDS = TokenCounter("words", lambda text: len(text.split()))


def run(*measurements: Measurement) -> Collection:
    whole = Collection(ALL)
    for one in measurements:
        whole.add(one)
    return whole


def test_streams_and_the_sources_of_their_tokens_are_counted() -> None:
    unreported = [event for event in plain(4) if "usage" not in event[1]]
    whole = run(
        measure(stream(plain(5)), ALL), measure(stream(plain(3)), ALL), measure(stream(unreported), ALL, counter=WORDS)
    )
    assert whole.count == whole.measured == 3
    assert dict(whole.sources) == {"usage": 2, "tokenizer words": 1}
    assert whole.to_json()["streams"] == 3


def test_a_merged_summary_adds_all_its_counts() -> None:
    part = run(measure(stream(plain(5)), ALL))
    whole = run(measure(stream(plain(3)), ALL), measure(stream(plain(3)), ALL))
    whole.merge(part.to_json())
    assert (whole.count, whole.measured, dict(whole.sources), dict(whole.verdicts)) == (
        3,
        3,
        {"usage": 3},
        {"complete": 3},
    )


def test_a_summary_without_sources_of_tokens_can_be_merged() -> None:
    """Those of earlier versions have none."""
    summary = run(measure(stream(plain(5)), ALL)).to_json()
    del summary["token_sources"]
    whole = run()
    whole.merge(summary)
    assert (whole.count, dict(whole.sources)) == (1, {})


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("success_share < 60%", True),
        ("success_share < 50%", False),
        ("failed > 0", True),
        ("failed > 1", False),
        ("failed.truncated > 0", True),
        ("failed.timeout > 0", False),
    ],
)
def test_a_gate_about_the_outcomes_of_a_run(text: str, fails: bool) -> None:
    whole = run(measure(stream(plain(5)), ALL), measure(stream(plain(5)[:3]), ALL))
    failure = Gate(parse_expression(text)).failure(whole, allow_missing=False)
    assert (failure is not None) == fails


def test_the_times_of_each_choice() -> None:
    both = [
        (10, ROLE),
        (20, text("a")),
        (30, chunk({"content": "b"}, index=1)),
        (50, text("c")),
        (60, text("d")),
        (70, chunk({"content": "e"}, index=1)),
        (80, STOP),
        (80, chunk(finish="stop", index=1)),
        (90, "[DONE]"),
    ]
    measured = measure(stream(both), ALL)
    assert measured.choices == (
        ChoiceTimes(0, 3, 20 * MS, 60 * MS, [10 * MS, 30 * MS]),
        ChoiceTimes(1, 2, 30 * MS, 70 * MS, [40 * MS]),
    )


def test_times_count_from_the_request_wherever_the_clock_of_a_log_begins() -> None:
    """A log may have hours between the beginning of its clock and the request."""
    later = 3_600_000.0
    both = [(at, data) for at, data in plain(5)] + [
        (185, chunk({"content": "e"}, index=1)),
        (190, chunk(finish="stop", index=1)),
    ]
    for events in (plain(5), both):
        usual = measure(stream(events), ALL)
        moved = [(at + later, data) for at, data in events]
        fields = {"clock": "log", "source": "import", "sent_at": round(later * MS), "headers": 5 + later}
        logged = measure(stream(moved, **fields), ALL)
        assert logged.choices == usual.choices
        for name in ("time_to_first_token", "time_per_output_token", "operation_duration"):
            assert logged.samples[name] == usual.samples[name], name


def test_cached_tokens_are_those_of_usage() -> None:
    cached = usage(5, prompt_tokens_details={"cached_tokens": 3})
    events = [*plain(5)[:-2], (205, cached), (205, "[DONE]")]
    assert measure(stream(events), ALL).samples["cached_tokens"] == Samples((3,), source="usage")


def words(reported: int, written: int) -> Stream:
    return stream(plain(written, reported=reported))


@pytest.mark.parametrize(
    ("reported", "written", "noted"), [(10, 10, False), (10, 8, False), (8, 10, False), (10, 7, True), (7, 10, True)]
)
def test_usage_and_tokenizer_may_differ_by_a_fifth_of_the_larger(reported: int, written: int, noted: bool) -> None:
    notes = measure(words(reported, written), ALL, counter=WORDS).notes
    sentence = f"usage says {reported} output tokens, tokenizer words counts {written}"
    assert (sentence in notes) == noted
    assert not measure(words(reported, written), ALL).notes


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="invalid unit 'ms': expected ns, 1, bytes, tokens, "):
        metric("ms", "Mine")(lambda timeline: Samples((1,)))  # type: ignore[arg-type]
