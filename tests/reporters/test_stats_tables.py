"""The sentences and tables of a stats report, for groups and columns made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit.reporters import Column, StatsReport
from streamkit.reporters._rows import harmless
from streamkit.reporters._stats_tables import (
    cost_line,
    failure_lines,
    few_line,
    headline,
    mean_line,
    run_line,
    stream_table,
    summary_tables,
    wanted,
)

MS = 1_000_000
TTFT = Column(key="time_to_first_token_ns", head="TTFT", title="Time to first token", unit="ns", shown="always")
GAP = Column(key="inter_chunk_gap_ns", head="Gap", title="Gap", unit="ns", many=True, shown="always")
CHUNKS = Column(key="chunks", head="Chunks", title="Chunks", unit="1", shown="present")
BYTES = Column(key="bytes", head="Bytes", title="Bytes", unit="bytes")
RATE = Column(key="requests_per_second", head="Req/s", title="Requests per second", unit="1/s")
SUCCESS = Column(key="success_share", head="Success", title="Success", unit="ratio")
GOODPUT = Column(key="goodput", head="Goodput", title="Goodput", unit="1/s")


def report(*columns: Column, run: tuple[Column, ...] = (), **fields: Any) -> StatsReport:
    return StatsReport(columns=columns, run_columns=run, streams=(), groups=lambda: (), **fields)


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ({"streams": 0, "verdicts": {}}, "no streams"),
        ({"streams": 1, "verdicts": {"complete": 1}}, "1 stream: 1 complete"),
        ({"streams": 3, "verdicts": {"complete": 2, "truncated": 1}}, "3 streams: 2 complete, 1 truncated"),
    ],
)
def test_headline(group: dict[str, Any], expected: str) -> None:
    assert headline(group) == expected


@pytest.mark.parametrize(
    ("column", "chosen", "value", "expected"),
    [
        (TTFT, False, None, True),  # always there
        (CHUNKS, False, None, False),  # only with something to show
        (CHUNKS, False, 0, True),
        (BYTES, False, 1, False),  # only on request
        (BYTES, True, None, True),
    ],
)
def test_which_columns_a_table_has(column: Column, chosen: bool, value: Any, expected: bool) -> None:
    assert wanted(column, report(columns_chosen=chosen), value) is expected


def test_failures_are_listed_most_frequent_first() -> None:
    group = {
        "success": {"share": 0.5, "interval_95": (0.25, 0.75), "complete": 5, "failed": 5},
        "outcomes": {"complete": 5, "reset": 1, "truncated": 3, "error": 1},
        "over": "complete",
    }
    lines = list(failure_lines(group, report(outcome=str.upper)))
    assert lines == [
        "Success 50 % (5 of 10; 95 % interval 25 % to 75 %).",
        "Not in the distributions below:",
        "  3  TRUNCATED",
        "  1  ERROR",
        "  1  RESET",
    ]
    assert list(failure_lines({**group, "over": "all"}, report()))[1] == "Counted with the others below:"
    assert (
        next(iter(failure_lines({**group, "success": {"share": None}}, report()))) == "Not in the distributions below:"
    )
    assert list(failure_lines({**group, "outcomes": {"complete": 5}}, report())) == []


@pytest.mark.parametrize(
    ("bill", "expected"),
    [
        (None, ""),
        ({"total": 0.0125, "currency": "USD", "missing": {}, "streams": 1}, "Cost of 1 stream: 0.0125 USD"),
        ({"total": 3.0, "currency": None, "missing": {}, "streams": 1200}, "Cost of 1,200 streams: 3"),
        (
            {"total": None, "currency": "USD", "missing": {"no-price": 2, "no-usage": 1}, "streams": 3},
            "Cost of 3 streams: -; not known: 2 no-price, 1 no-usage",
        ),
    ],
)
def test_cost(bill: dict[str, Any] | None, expected: str) -> None:
    assert cost_line({"cost": bill}) == expected


def distribution(mean: float, std: float | None, interval: tuple[float, float] | None, n: int = 9) -> dict[str, Any]:
    return {"n": n, "mean": mean, "std": std, "mean_interval_95": interval, "p50": mean, "p99": 2 * mean}


def test_means() -> None:
    metrics = {
        TTFT.key: distribution(100 * MS, 10 * MS, (92 * MS, 108 * MS)),
        GAP.key: distribution(20 * MS, 5 * MS, None),
        CHUNKS.key: distribution(4, 1, (3, 5)),  # not one that is compared
        BYTES.key: distribution(4, None, None),  # one sample
    }
    columns = TTFT, GAP, CHUNKS, BYTES
    first = "Means with 95 % intervals: TTFT 100 ms ± 8.00 ms (std 10.0 ms); Gap 20.0 ms (std 5.00 ms)"
    assert mean_line({"metrics": metrics}, report(*columns)) == f"{first}."
    assert mean_line({"metrics": metrics}, report(*columns, columns_chosen=True)) == f"{first}; Chunks 4 ± 1 (std 1)."
    assert "+/- 8.00 ms" in mean_line({"metrics": metrics}, report(*columns, ascii_only=True))
    assert mean_line({"metrics": metrics}, report(*columns, statistics=("n", "p50"))) == ""
    assert mean_line({"metrics": {}}, report(*columns)) == ""


@pytest.mark.parametrize(
    ("n", "ranks", "expected"),
    [
        (100, ("p50", "p99", "max"), ""),  # one of a hundred lies beyond p99
        (99, ("p50", "p99", "max"), "p99 and above: TTFT (99)"),
        (20, ("p90", "p95", "p99"), "p99 and above: TTFT (20)"),
        (19, ("p90", "p95", "p99"), "p95 and above: TTFT (19)"),
        (9, ("p99", "p90"), "p90 and above: TTFT (9)"),
        (999, ("p99.9",), "p99.9 and above: TTFT (999)"),
        (7, ("p50", "p100", "mean"), ""),  # the middle and the ends are what they are
        (1, ("p50", "p90"), ""),  # the row itself shows that there is one
    ],
)
def test_percentiles_of_too_few_samples(n: int, ranks: tuple[str, ...], expected: str) -> None:
    group = {"metrics": {TTFT.key: distribution(MS, None, None, n), BYTES.key: distribution(1, None, None, 1)}}
    lines = few_line(group, report(TTFT, BYTES, statistics=ranks))
    assert lines == (f"Too few samples to distinguish from the maximum: {expected}." if expected else "")


def group(values: dict[str, float], missing: dict[str, str], known: int = 3) -> dict[str, Any]:
    return {"run": values, "run_missing": missing, "on_the_clock": known, "streams": 3}


@pytest.mark.parametrize(
    ("given", "chosen", "expected"),
    [
        (group({RATE.key: 2.5, SUCCESS.key: 1}, {}), False, "requests per second 2.50/s; success 100 %"),
        (
            group({}, {RATE.key: "no-clock", SUCCESS.key: "no-clock"}, 0),
            False,
            "requests per second, success - (no-clock: no wall clock)",
        ),
        (group({SUCCESS.key: 1}, {GOODPUT.key: "no-slo"}), False, "success 100 %"),  # nobody asked for it
        (group({SUCCESS.key: 1}, {GOODPUT.key: "no-slo"}), True, "success 100 %; goodput - (no-slo: no-slo)"),
        (
            group({RATE.key: 2}, {}, 2),
            False,
            "requests per second 2/s; rates are of 2 of 3 streams, whose wall clock is known",
        ),
    ],
)
def test_the_numbers_of_a_run(given: dict[str, Any], chosen: bool, expected: str) -> None:
    columns = (RATE, SUCCESS, GOODPUT)
    assert (
        run_line(given, report(run=columns, columns_chosen=chosen, reasons={"no-clock": "no wall clock"})) == expected
    )


def test_a_share_needs_no_clock() -> None:
    assert run_line(group({SUCCESS.key: 1}, {}, 2), report(run=(SUCCESS,))) == "success 100 %"


def row(name: str, exchange: int = 1, **metrics: Any) -> dict[str, Any]:
    return {"file": name, "exchange": exchange, "choice": 0, "choices": 1, "verdict": "complete", "tokens_source": "usage", "metrics": metrics}  # fmt: skip


def test_a_narrow_table_keeps_the_columns_that_matter_most() -> None:
    made = report(CHUNKS, TTFT)
    rows = [
        row("a.jsonl", chunks=12, time_to_first_token_ns=100 * MS),
        row("b.jsonl", chunks=7, time_to_first_token_ns=None),
    ]
    wide, narrow = stream_table(rows, made, 80), stream_table(rows, made, 16 + 8 + 2 + 8)
    assert list(wide.heads) == ["Stream", "Verdict", "Chunks", "TTFT"]
    assert [list(cells) for cells in wide.rows] == [
        ["a.jsonl", "complete", "12", "100 ms"],
        ["b.jsonl", "complete", "7", "-"],
    ]
    assert (wide.left, wide.more) == (2, 0)
    assert list(narrow.heads) == ["Stream", "Verdict", "TTFT"]
    assert narrow.more == 1


def test_a_summary_has_a_row_a_metric_and_a_title_a_group() -> None:
    made = report(TTFT, CHUNKS, BYTES, statistics=("n", "mean", "p99"))
    metrics = {TTFT.key: distribution(100 * MS, None, None, 1234), BYTES.key: distribution(1, None, None)}
    run: dict[str, Any] = {"run": {}, "run_missing": {}, "on_the_clock": 0, "streams": 3}
    whole, part, empty = (
        {"metrics": metrics, **run},
        {"metrics": metrics, "by": {"model": "m-1", "file": "a"}, "percentiles": {TTFT.key: {"p99": 5 * MS}}, **run},
        {"metrics": {}, **run},
    )
    lines = [
        (title, [list(cells) for cells in table.rows]) for _, title, table in summary_tables([whole, part, empty], made)
    ]
    assert lines == [
        ("", [["TTFT", "1,234", "100 ms", "200 ms"]]),
        ("model m-1, file a", [["TTFT", "1,234", "100 ms", "5.00 ms"]]),
    ]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_is_never_a_formula(begin: str) -> None:
    """The characters of OWASP's page on CSV injection."""
    assert str(harmless(f"{begin}1+1")).startswith("'")
    assert harmless(f"a{begin.strip()}1") == f"a{begin.strip()}1"
    assert harmless(-1) == -1
