"""`streamkit inspect`: the timeline as text and as JSON Lines, and a recording that grows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from streamkit.cli.inspect import command
from streamkit.errors import StreamkitError
from streamkit.model import recording
from streamkit.model.exchange import End, Exchange, Frame, Frames, Request, Response
from tests.clicking import CliRunner, Result

HEAD = (
    b': wait\n\ndata: {"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi \\u001b[2J"}}]}\n\n'
)
MORE = b'data: {"choices":[{"index":0,"delta":{"content":"there"},"finish_reason":"stop"}]}\n\nid: 7\nretry: 10\nevent: e\ndata: [DONE]\n\n'
ODD = b"foo: bar\ndata: {bad\n\ndata: \xff"


def exchange(*frames: tuple[int, bytes]) -> Exchange:
    response = Response(1_000_000, 200, headers=(("content-type", "text/event-stream"),))
    return Exchange(
        frames=Frames.of([Frame(data, at) for at, data in frames]),
        request=Request("POST", "http://x/v1/chat/completions"),
        response=response,
        end=End(at=frames[-1][0], reason="eof"),
        source="client",
        clock="monotonic",
    )


def lines_of(one: Exchange) -> list[bytes]:
    return list(recording.write(one))


@pytest.fixture
def timed(tmp_path: Path) -> str:
    path = tmp_path / "timed.jsonl"
    path.write_bytes(b"".join(lines_of(exchange((203_000_000, HEAD), (1_210_400_000, MORE)))))
    return str(path)


@pytest.fixture
def odd(tmp_path: Path) -> str:
    path = tmp_path / "odd.sse"
    path.write_bytes(HEAD + ODD)
    return str(path)


def run(*arguments: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(command, arguments, standalone_mode=False, env=env)


def test_one_line_per_item_with_time_gap_and_content(timed: str) -> None:
    result = run(timed)
    assert result.stdout.splitlines() == [
        f"{timed}: openai_chat · m over sse",
        "    #     time s    gap s  what",
        "    1      0.203           : wait",
        "    2      0.203   +0.000  role assistant · text “Hi \\x1b[2J”",
        "    3      1.210   +1.007  text “there” · finish stop",
        "    4      1.210   +0.000  e  [DONE]",
        "       3 events, 2 chunks: complete",
    ]
    assert (result.stderr, result.return_value) == ("", 0)


def test_other_items_are_shown_and_no_times_are_invented(odd: str) -> None:
    shown = run(odd).stdout.splitlines()
    assert shown[2:] == [
        "    1  : wait",
        "    2  role assistant · text “Hi \\x1b[2J”",
        "    3  ignored (unknown-field) foo: bar",
        "    4  {bad  [invalid-json: Expecting property name enclosed in double quotes]",
        "    5  tail, never completed: data: \N{REPLACEMENT CHARACTER}",
        "       2 events, 1 chunk: malformed; no times in this log",
    ]


def test_lines_are_cut_to_the_width(timed: str) -> None:
    shown = run(timed, env={"COLUMNS": "40"}).stdout.splitlines()
    assert max(map(len, shown)) == 40
    assert shown[3] == "    2      0.203   +0.000  role assista…"


def test_a_wide_terminal_has_bars_for_gaps_and_bytes(timed: str, odd: str) -> None:
    shown = run(timed, env={"COLUMNS": "120"}).stdout.splitlines()
    assert shown[1:5] == [
        "    #     time s    gap s  gap           bytes             what",
        "    1      0.203                             7 ■■■         : wait",
        "    2      0.203   +0.000                   99 ■■■■■       role assistant · text “Hi \\x1b[2J”",
        "    3      1.210   +1.007  ■■■■■■■■         84 ■■■■■       text “there” · finish stop",
    ]
    assert run(odd, env={"COLUMNS": "120"}).stdout.splitlines()[1].split() == ["#", "bytes", "what"]
    assert "bytes" not in run(timed, env={"COLUMNS": "119"}).stdout


def test_json_lines_have_exactly_these_fields(timed: str) -> None:
    items = [json.loads(line) for line in run(timed, "--format", "jsonl").stdout.splitlines()]
    data = MORE.split(b"\n")[0].removeprefix(b"data: ").decode()
    assert items[0] == {
        "file": timed, "exchange": 1, "n": 1, "at": 203000000, "kind": "comment", "event": None,
        "data": " wait", "id": None, "retry": None, "byte": 0, "line": 3,
    }  # fmt: skip
    assert items[2] == {
        "file": timed, "exchange": 1, "n": 3, "at": 1210400000, "kind": "event", "event": "message",
        "data": data, "id": "", "retry": None, "byte": len(HEAD), "line": 4,
    }  # fmt: skip
    assert items[3] == {
        "file": timed, "exchange": 1, "n": 4, "at": 1210400000, "kind": "event", "event": "e",
        "data": "[DONE]", "id": "7", "retry": 10, "byte": len(HEAD) + MORE.index(b"id: 7"), "line": 4,
    }  # fmt: skip
    assert list(items[0]) == ["file", "exchange", "n", "at", "kind", "event", "data", "id", "retry", "byte", "line"]


def test_json_lines_of_a_log_without_times_and_with_a_tail(odd: str) -> None:
    items = [json.loads(line) for line in run(odd, "--format", "jsonl").stdout.splitlines()]
    assert [item["kind"] for item in items] == ["comment", "event", "ignored", "event", "tail"]
    assert {item["at"] for item in items} == {None}
    assert [item["line"] for item in items] == [1, 3, 5, 6, 8]
    assert items[-1] == {
        "file": odd, "exchange": 1, "n": 5, "at": None, "kind": "tail", "event": None, "data": "data: \N{REPLACEMENT CHARACTER}",
        "id": None, "retry": None, "byte": len(HEAD) + ODD.index(b"data: \xff"), "line": 8, "invalid_utf8": True,
    }  # fmt: skip


def test_a_growing_recording_is_followed(tmp_path: Path, growing: Callable[[Path, list[bytes]], None]) -> None:
    path = tmp_path / "live.jsonl"
    lines = lines_of(exchange((203_000_000, HEAD), (1_210_400_000, MORE)))
    path.write_bytes(b"".join(lines[:3]))
    growing(path, [lines[3][:20], lines[3][20:] + b"".join(lines[4:]) + b"".join(lines)])
    done = run("--follow", "--format", "jsonl", str(path))
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert isinstance(done.exception, click.Abort)
    assert [(one["exchange"], one["n"], one["line"]) for one in shown] == [
        (1, 1, 3), (1, 2, 3), (1, 3, 4), (1, 4, 4), (2, 1, 8), (2, 2, 8), (2, 3, 9), (2, 4, 9),
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["a", "--format", "html"], ["nowhere.jsonl"]], ids=" ".join)
def test_follow_takes_one_recording(arguments: list[str]) -> None:
    with pytest.raises(StreamkitError):
        CliRunner().invoke(command, ["--follow", *arguments], standalone_mode=False, catch_exceptions=False)
