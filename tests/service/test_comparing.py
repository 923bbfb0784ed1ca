"""Two runs compared from Python: what is counted on each side, and every number of the document."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit.errors import UsageError
from streamkit.service.comparing import compare_runs
from tests.metrics.making import MS, ROLE, STOP, plain, stream, text, usage

KEYS = {
    "ttft": "time_to_first_token_ns",
    "gap": "inter_chunk_gap_ns",
    "rate": "output_tokens_per_second",
}


def row(
    ttft: float | None = None, *, verdict: str = "complete", outcome: str | None = None, **more: Any
) -> dict[str, Any]:
    """Return a row as `stats --format json` has it."""
    metrics = {KEYS["ttft"]: ttft, **{KEYS[name]: value for name, value in more.items()}}
    return {"verdict": verdict, "metrics": metrics} | ({"outcome": outcome} if outcome else {})


def rows(middle: float, count: int = 30) -> list[dict[str, Any]]:
    """Return streams whose first token came around `middle` ms."""
    return [row((middle + place % 5) * MS) for place in range(count)]


@pytest.mark.parametrize(
    ("before", "after", "verdict", "worse"),
    [
        (rows(100), rows(100), "same", False),
        (rows(100), rows(200), "slower", True),
        (rows(200), rows(100), "faster", False),
        (rows(100), [row(verdict="truncated")] * 30, "failing", True),
        (rows(100, 2), rows(300, 2), "inconclusive", False),
        ([], rows(100), "inconclusive", False),
    ],
)
def test_verdict(before: list[Any], after: list[Any], verdict: str, worse: bool) -> None:
    comparison = compare_runs(before, after, ["ttft"])
    assert (comparison.verdict, comparison.worse) == (verdict, worse)
    assert comparison.to_json()["verdict"] == verdict


def test_more_of_a_rate_is_better() -> None:
    slow, fast = ([row(100 * MS, rate=value + place % 5) for place in range(30)] for value in (50, 100))
    assert compare_runs(slow, fast, ["output_tokens_per_second"]).verdict == "faster"
    assert compare_runs(fast, slow, ["output_tokens_per_second"]).verdict == "slower"


def test_the_document() -> None:
    failed = row(900 * MS, verdict="complete", outcome="reset")
    comparison = compare_runs(rows(100), [*rows(200), failed], ["ttft"]).to_json()
    assert (comparison["version"], list(comparison["metrics"])) == (1, [KEYS["ttft"]])
    assert comparison["before"] == {
        "streams": 30,
        "complete": 30,
        "failed": 0,
        "bursts": 0,
        "outcomes": {"complete": 30},
    }
    assert comparison["after"] == {
        "streams": 31,
        "complete": 30,
        "failed": 1,
        "bursts": 0,
        "outcomes": {"complete": 30, "reset": 1},
    }
    # The middle, the tail, and the share of successes: each at a third of 5 %.
    assert comparison["level_of_each_interval"] == pytest.approx(1 - 0.05 / 3, abs=1e-6)
    assert comparison["success"]["before"] == 1
    assert comparison["success"]["after"] == pytest.approx(30 / 31, abs=1e-6)
    assert comparison["success"]["change"] == pytest.approx(-1 / 31, abs=1e-6)
    low, high = comparison["success"]["interval_95"]
    assert low < comparison["success"]["change"] < high
    metric = comparison["metrics"][KEYS["ttft"]]
    assert (metric["before"]["n"], metric["after"]["n"]) == (30, 30)
    assert (metric["before"]["p50"], metric["after"]["p50"]) == (102 * MS, 202 * MS)
    assert (metric["change"], metric["shift"]) == (100 * MS, 100 * MS)
    assert metric["ratio"] == pytest.approx(100 / 102, abs=1e-6)
    assert (metric["middle"], metric["verdict"]) == ("slower", "slower")
    low, high = metric["interval_95"]
    assert low <= 100 * MS <= high
    tail = metric["tail"]
    assert tail["percentile"] == pytest.approx(100 * (1 - 10 / 60), abs=0.01)
    assert tail["after"] - tail["before"] == tail["change"] == 100 * MS
    assert tail["ratio"] == pytest.approx(100 * MS / tail["before"], abs=1e-6)
    assert tail["interval_95"][0] <= tail["change"] <= tail["interval_95"][1]
    assert tail["verdict"] == "slower"


def test_a_number_that_does_not_exist_is_null() -> None:
    comparison = compare_runs([row()], [row(100 * MS)], ["ttft", "gap"]).to_json()
    assert comparison["metrics"] == {KEYS["ttft"]: None, KEYS["gap"]: None}
    few = compare_runs(rows(100, 2), rows(100, 2), ["ttft"]).to_json()["metrics"][KEYS["ttft"]]
    assert (few["interval_95"], few["tail"], few["middle"]) == (None, None, "inconclusive")
    assert few["ratio"] == 0
    nothing = compare_runs([], [], ["ttft"]).to_json()["success"]
    assert nothing == {"before": None, "after": None, "change": None, "interval_95": None, "verdict": "inconclusive"}


def test_failed_streams_are_in_no_latency_unless_included() -> None:
    failed = [row(900 * MS, verdict="truncated")] * 3
    for included, count in ((False, 5), (True, 8)):
        comparison = compare_runs([*rows(100, 5), *failed], rows(100, 5), ["ttft"], include_failed=included)
        difference = comparison.differences["time_to_first_token"]
        assert difference is not None
        assert difference.before.n == count
        assert (comparison.before.streams, comparison.before.complete) == (8, 5)


def test_of_many_values_the_median_counts() -> None:
    one = [row(100 * MS, gap={"p50": 20 * MS, "max": 90 * MS})]
    difference = compare_runs(one, one, ["gap"]).differences["inter_chunk_gap"]
    assert difference is not None
    assert difference.before.p50 == 20 * MS
    live = stream([(20, ROLE), (100, text("a")), (110, text("b")), (150, text("c")), (250, text("d")), (260, STOP), (270, usage(4)), (270, "[DONE]")])  # fmt: skip
    difference = compare_runs([live], [live], ["gap"]).differences["inter_chunk_gap"]
    assert difference is not None
    assert difference.before.n == 1
    assert 10 * MS <= difference.before.p50 <= 100 * MS


def test_a_metric_requested_twice_is_compared_once() -> None:
    comparison = compare_runs(rows(100), rows(100), ["ttft", "time_to_first_token"])
    assert [entry.name for entry in comparison.metrics] == ["time_to_first_token"]


def test_a_metric_of_the_run_is_refused() -> None:
    with pytest.raises(UsageError, match="--compare takes metrics of streams, not of a run"):
        compare_runs([], [], ["success_share"])


@pytest.mark.parametrize(("words", "bursts"), [(9, 0), (10, 3), (30, 3)])
def test_streams_that_come_at_once_are_counted(words: int, bursts: int) -> None:
    """Ten pieces of text in one read have nine gaps of 0; fewer may be a quick answer."""
    at_once = [stream([(500, data) for _, data in plain(words)]) for _ in range(3)]
    steady = [stream(plain(words)) for _ in range(3)]
    comparison = compare_runs(steady, at_once, ["ttft"])
    assert (comparison.before.bursts, comparison.after.bursts) == (0, bursts)
