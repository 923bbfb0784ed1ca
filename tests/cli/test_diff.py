"""`streamkit diff` as a user runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from streamkit.cli.main import streamkit
from streamkit.model.exchange import Response
from streamkit.model.recording import write
from tests.clicking import CliRunner, Result
from tests.metrics.making import MS, ROLE, STOP, chunk, exchange, plain, text, usage

SAME = [(20, ROLE), (100, text("Hello")), (120, text(" you")), (125, STOP), (130, usage(2)), (130, "[DONE]")]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(streamkit, ["diff", *arguments], standalone_mode=False)


def recording(path: Path, events: Any, **fields: Any) -> str:
    path.write_bytes(b"".join(write(exchange(events, **fields))))
    return str(path)


def reported(tmp_path: Path, before: Any, after: Any, *options: str, **fields: Any) -> list[tuple[str, str, Any, Any]]:
    """Return the changes as (kind, where, before, after)."""
    first, second = recording(tmp_path / "a.jsonl", before), recording(tmp_path / "b.jsonl", after, **fields)
    result = run("--format", "json", *options, first, second)
    (pair,) = orjson.loads(result.stdout)["pairs"]
    assert result.return_value == (1 if pair["changes"] else 0)
    return [(one["kind"], one["where"], one["before"], one["after"]) for one in pair["changes"]]


def swapped(events: Any, old: str, new: str) -> Any:
    return [(at, data.replace(old, new)) for at, data in events]


def test_ids_and_times_are_ignored_by_default(tmp_path: Path) -> None:
    later = swapped([(at * 3, data) for at, data in SAME], '"c1"', '"c2"')
    assert reported(tmp_path, SAME, later) == []
    assert reported(tmp_path, SAME, later, "--ids") == [("value", "id", "c1", "c2")]


def test_times_on_request(tmp_path: Path) -> None:
    later = [(at * 2, data) for at, data in SAME]
    found = reported(tmp_path, SAME, later, "--timing")
    assert ("timing", "TTFT", 100 * MS, 200 * MS) in found
    assert {kind for kind, *_ in found} == {"timing"}
    assert reported(tmp_path, SAME, [(at * 1.05, data) for at, data in SAME], "--timing") == []
    assert reported(tmp_path, SAME, later, "--timing", "--tolerance", "60%") == []


@pytest.mark.parametrize(
    ("after", "change"),
    [
        (SAME[:-1], ("frames", "end markers", 1, 0)),
        (swapped(SAME, "Hello", "Hullo"), ("text", "choice 0 text", "Hello you", "Hullo you")),
        (swapped(SAME, '"model":"m-1"', '"model":"m-2"'), ("value", "model", "m-1", "m-2")),
        (swapped(SAME, '"created":1', '"created":"1"'), ("shape", "created", "number", "string")),
        (swapped(SAME, '"created":1', '"created":1,"tier":"x"'), ("shape", "tier", None, "string")),
        (swapped(SAME, '"created":1,', ""), ("shape", "created", "number", None)),
        (swapped(SAME, '"stop"', '"length"'), ("text", "choice 0 finish", "stop", "length")),
        ([*SAME[:3]], ("ending", "verdict", "complete", "truncated")),
        ([*SAME[:2], (110, text("", index=1)), *SAME[2:]], ("frames", "events", 6, 7)),
    ],
)
def test_each_kind_of_change(tmp_path: Path, after: Any, change: tuple[Any, ...]) -> None:
    assert change in reported(tmp_path, SAME, after)


def test_assembled_tool_calls_are_compared(tmp_path: Path) -> None:
    def calling(*arguments: str) -> Any:
        first = {"index": 0, "id": "t", "function": {"name": "f", "arguments": ""}}
        pieces = [{"index": 0, "function": {"arguments": piece}} for piece in arguments]
        return [(at, chunk({"tool_calls": [call]})) for at, call in enumerate([first, *pieces], 10)] + [(99, STOP)]

    cut_otherwise = reported(tmp_path, calling('{"a"', ":1}"), calling('{"a":', "1}"))
    assert cut_otherwise == []
    assert ("text", "choice 0 tool 0 arguments", '{"a":1}', '{"a":2}') in reported(
        tmp_path, calling('{"a":1}'), calling('{"a":2}')
    )


def test_the_status(tmp_path: Path) -> None:
    response = Response(5 * MS, 201, headers=(("content-type", "text/event-stream"),))
    assert ("ending", "status", 200, 201) in reported(tmp_path, SAME, SAME, response=response)


def test_events_in_one_frame(tmp_path: Path) -> None:
    assert ("frames", "events a frame", "one", "several") in reported(tmp_path, SAME, SAME, together=True)


def test_text(tmp_path: Path) -> None:
    first = recording(tmp_path / "a.jsonl", plain(4))
    second = recording(tmp_path / "b.jsonl", swapped(plain(4), " w2", " \\u001b[2Jx"))
    shown = run(first, second)
    assert shown.return_value == 1
    assert "a.jsonl → " in shown.output
    assert "text    choice 0 text: “ w0 w1 w2 w3” → “ w0 w1 \\x1b[2Jx w3” (from character 8 on" in shown.output
    assert "no difference" in run(first, first).output


def test_one_side_with_more_streams(tmp_path: Path) -> None:
    first = recording(tmp_path / "a.jsonl", SAME)
    second = tmp_path / "b.jsonl"
    second.write_bytes(Path(first).read_bytes() * 2)
    shown = run(first, str(second))
    assert (shown.return_value, "b.jsonl#2: only in B" in shown.output) == (1, True)


def test_a_missing_file(tmp_path: Path) -> None:
    assert run(recording(tmp_path / "a.jsonl", SAME), str(tmp_path / "absent")).return_value == 2


def test_an_invalid_tolerance(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.jsonl", SAME)
    assert "a percentage" in str(run("--tolerance", "x", path, path).exception)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [("0%", True), ("10", True), ("99.9 %", True), ("9999", True), ("10000%", False), ("-1%", False), ("%", False)],
)
def test_what_a_tolerance_may_be(tmp_path: Path, text: str, accepted: bool) -> None:
    path = recording(tmp_path / "a.jsonl", SAME)
    assert (run("--tolerance", text, path, path).return_value == 0) is accepted


def test_the_text_names_each_kind_once_and_shows_what_is_new_missing_or_other(tmp_path: Path) -> None:
    before = swapped(SAME, '"created":1', '"created":1,"old":null')
    after = swapped(swapped(SAME, '"created":1', '"created":"1","tier":"x"'), '"m-1"', '"m-2"')
    first, second = recording(tmp_path / "a.jsonl", before), recording(tmp_path / "b.jsonl", after)
    lines = run(first, second).output.splitlines()
    assert lines[0] == f"{first} → {second}: {len(lines) - 1} differences"
    assert lines[1:5] == [
        "  shape   + tier: string (new, in 4 of 5 chunks)",
        "          - old: null (missing; was in 4 of 5 chunks)",
        "          ~ created: number → string (another type)",
        "  value   model: “m-1” → “m-2”",
    ]


def test_times_are_shown_in_units(tmp_path: Path) -> None:
    first = recording(tmp_path / "a.jsonl", SAME)
    second = recording(tmp_path / "b.jsonl", [(at * 2, data) for at, data in SAME])
    lines = run("--timing", first, second).output.splitlines()
    assert lines[1].startswith("  timing  ")
    assert "TTFT: 100 ms → 200 ms (+100%)" in {line.removeprefix("  timing").strip() for line in lines[1:]}


def test_a_row_a_change_for_other_reporters(tmp_path: Path) -> None:
    first = recording(tmp_path / "a.jsonl", SAME)
    second = tmp_path / "b.jsonl"
    second.write_bytes(Path(recording(second, swapped(SAME, "m-1", "m-2"))).read_bytes() + Path(first).read_bytes())
    rows = [orjson.loads(line) for line in run("--format", "jsonl", first, str(second)).stdout.splitlines()]
    assert rows == [
        {
            "a": first,
            "b": str(second),
            "kind": "value",
            "where": "model",
            "before": "m-1",
            "after": "m-2",
            "said": None,
        },
        {"a": None, "b": f"{second}#2", "kind": "only", "where": None, "before": None, "after": None, "said": None},
    ]
    pairs = orjson.loads(run("--format", "json", first, str(second)).stdout)["pairs"]
    assert [(pair["before"], pair["after"]) for pair in pairs] == [
        ({"file": first, "exchange": 1}, {"file": str(second), "exchange": 1}),
        (None, {"file": str(second), "exchange": 2}),
    ]


def test_an_empty_text_is_shown_as_missing(tmp_path: Path) -> None:
    first = recording(tmp_path / "a.jsonl", SAME)
    second = recording(tmp_path / "b.jsonl", swapped(SAME, "m-1", ""))
    assert "model: “m-1” → -" in run(first, second).output
