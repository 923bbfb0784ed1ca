"""Runs measured from Python: rows, groups, costs, sorting, and the marks of a picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from streamkit.errors import UsageError
from streamkit.reporters import Mark
from streamkit.service.measuring import Run, Wanted, sorted_rows, stats
from streamkit.service.pricing import Price, Prices
from tests.metrics.making import MS, ROLE, STOP, chunk, plain, stream, text, usage

COMPLETE = [(20, ROLE), (100, text("a")), (150, text("b")), (160, STOP), (170, usage(2)), (170, "[DONE]")]


def of_model(model: str) -> list[tuple[int, str]]:
    return [(at, data.replace('"m-1"', f'"{model}"')) for at, data in COMPLETE]


def test_a_row_a_stream_a_summary_and_the_groups_largest_first() -> None:
    statistics = stats([stream(of_model("one")), stream(of_model("two")), stream(of_model("two"))], by="model")
    assert [row["model"] for row in statistics.rows] == ["one", "two", "two"]
    assert (statistics.summary["streams"], statistics.summary["by"]) == (3, {})
    assert [(group["by"], group["streams"]) for group in statistics.groups] == [
        ({"model": "two"}, 2),
        ({"model": "one"}, 1),
    ]
    assert repr(statistics) == "<Statistics: 3 streams>"
    assert repr(stats([stream(COMPLETE)])) == "<Statistics: 1 stream>"


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("model", [{"model": "m-1"}]),
        ("provider", [{"provider": "-"}]),
        ("file", [{"file": "made.jsonl"}]),
        ("label", [{"label": "env=test,run=7"}, {"label": "-"}]),
        ("label:run", [{"label:run": "7"}, {"label:run": "-"}]),
        ("label:none", [{"label:none": "-"}]),
    ],
)
def test_groups(by: str, groups: list[dict[str, str]]) -> None:
    labelled = stream(COMPLETE, labels={"run": "7", "env": "test"})
    assert [group["by"] for group in stats([labelled, stream(COMPLETE)], by=by).groups] == groups


@pytest.mark.parametrize("by", ["color", "model:x", "label2", ":x"])
def test_an_invalid_group(by: str) -> None:
    with pytest.raises(UsageError, match=r"invalid --by .*: expected model, provider, file, label or label:NAME"):
        stats([], by=by)


def test_a_limit_is_on_streams() -> None:
    with pytest.raises(UsageError, match=r"--slo .*: expected a metric of streams, not of a run"):
        stats([], slo=["success_share >= 0.5"])


def test_records_are_flat() -> None:
    [record] = stats([stream(COMPLETE)], metrics=["ttft", "gap"]).to_records()
    assert record["time_to_first_token_ns"] == 100 * MS
    assert record["inter_chunk_gap_ns.p50"] == 50 * MS
    assert [record[name] for name in ("file", "exchange", "api", "model", "verdict")] == [
        "made.jsonl",
        1,
        "openai_chat",
        "m-1",
        "complete",
    ]
    assert record["recorded_at"] == "2026-11-20T20:19:54.120031Z"


PRICES = Prices([Price("m-*", 2.0, 10.0)], "USD")


def test_costs_are_in_rows_and_in_a_bill() -> None:
    unknown, uncounted = stream(of_model("other")), stream(COMPLETE[:4])
    run = Run(Wanted(metrics=["ttft"], prices=PRICES))
    rows = list(run.rows([stream(COMPLETE), unknown, uncounted]))
    # Seven tokens in, two out, at 2 and 10 a million.
    assert [(row["cost"], row.get("cost_missing")) for row in rows] == [
        (0.000034, None),
        (None, "no-price"),
        (None, "input_tokens"),
    ]
    [summary] = run.summaries()
    assert summary["cost"] == {
        "total": 0.000034,
        "currency": "USD",
        "streams": 1,
        "missing": {"no-price": 1, "input_tokens": 1},
    }


def test_without_prices_there_is_no_cost() -> None:
    statistics = stats([stream(COMPLETE)])
    assert "cost" not in statistics.summary
    assert "cost" not in statistics.rows[0]


def test_the_marks_are_those_of_one_stream() -> None:
    call = chunk({"tool_calls": [{"index": 0, "id": "t", "function": {"name": "f", "arguments": "{}"}}]})
    events = [
        (20, ROLE),
        (50, chunk({"reasoning_content": "Hm"})),
        (100, text("a")),
        (150, call),
        (160, STOP),
        (170, usage(2)),
    ]
    run = Run(Wanted())
    list(run.rows([stream(events)]))
    assert run.marks == [
        Mark(20 * MS, "role"),
        Mark(50 * MS, "reasoning"),
        Mark(100 * MS, "text"),
        Mark(150 * MS, "tool"),
        Mark(160 * MS, "finish"),
        Mark(170 * MS, "usage"),
    ]
    two, untimed = Run(Wanted()), Run(Wanted())
    list(two.rows([stream(events), stream(events)]))
    list(untimed.rows([stream([(None, data) for _, data in events], clock="none")]))
    assert (two.marks, untimed.marks) == ([], [])


def test_a_stall_is_marked() -> None:
    run = Run(Wanted())
    list(run.rows([stream([*plain(20)[:15], (9000, text("late")), (9010, STOP)])]))
    assert [mark.at for mark in run.marks if mark.stall] == [9000 * MS]


def test_every_stream_is_given_with_its_row() -> None:
    kept: list[Any] = []
    run = Run(Wanted(metrics=["ttft"]), keep=lambda one, row: kept.append((one.model, row["model"])))
    list(run.rows([stream(of_model("one")), stream(of_model("two"))]))
    assert kept == [("one", "one"), ("two", "two")]


def test_a_table_has_fewer_metrics() -> None:
    shown, every = (Run(Wanted(in_table=brief)).shown for brief in (True, False))
    assert {entry.name for entry in shown} < {entry.name for entry in every}
    assert "requested" not in {entry.shown for entry in shown}
    run = Run(Wanted(metrics=["ttft", "success_share"]))
    assert [column.key for column in run.columns()] == ["time_to_first_token_ns"]
    assert [column.key for column in run.columns(of_run=True)] == ["success_share"]


def rows() -> Iterator[dict[str, Any]]:
    for name, ttft, gap in (("a", 30, 9), ("b", None, 5), ("c", 10, None), ("d", 20, 7)):
        yield {
            "file": name,
            "metrics": {"time_to_first_token_ns": ttft, "inter_chunk_gap_ns": None if gap is None else {"p99": gap}},
        }


@pytest.mark.parametrize(
    ("by", "reverse", "order"),
    [("ttft", False, "cdab"), ("ttft", True, "adcb"), ("gap.p99", False, "bdac"), ("gap.p99", True, "adbc")],
)
def test_rows_are_sorted_and_those_without_the_value_come_last(by: str, reverse: bool, order: str) -> None:
    assert "".join(row["file"] for row in sorted_rows(rows(), by, reverse=reverse)) == order


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("gap", "expected gap.p50 for a metric of many values"),
        ("ttft.p99", "expected ttft.p50 for a metric of many values, ttft for one of a single value"),
        ("gap.p98", "unknown statistic 'p98'; expected one of: n, min"),
        ("success_share", "expected success_share.p50"),
    ],
)
def test_what_rows_cannot_be_sorted_by(by: str, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace(".", r"\.")):
        sorted_rows(rows(), by, reverse=False)


def test_merged_rows_cost_what_the_prices_of_this_run_say(tmp_path: Path) -> None:
    """A part has costs of its own, by the prices of that time."""
    before = Run(Wanted(prices=Prices([Price("m-*", 1.0, 1.0)])))
    rows = list(before.rows([stream(COMPLETE)]))
    part = tmp_path / "part.json"
    part.write_bytes(orjson.dumps({"version": 1, "streams": rows, "summary": before.summaries()[0]}))
    run = Run(Wanted(prices=PRICES))
    assert [row["cost"] for row in rows] == [0.000009]
    assert [row["cost"] for row in run.merge(str(part))] == [0.000034]
