"""`streamkit inspect` of a WebSocket: what its client sent is between the messages of the server, where it was sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
import pytest

from streamkit.cli.inspect import command
from streamkit.model import recording
from streamkit.model.exchange import End, Exchange, Frame, Frames, Request, Response, SentMessage
from tests.clicking import CliRunner, Result

MS = 1_000_000
EVENTS = ({"type": "session.created"}, {"type": "response.created"}, {"type": "response.done"})
ASK = b'{"type":"response.create"}'


def conversation(*sent: SentMessage, ended: bool = True) -> Exchange:
    """A session of three messages of the server, 10 ms apart."""
    response = Response(MS, 101, headers=(("upgrade", "websocket"),))
    frames = [Frame(json.dumps(event).encode(), (10 + 10 * place) * MS) for place, event in enumerate(EVENTS)]
    return Exchange(
        frames=Frames.of(frames),
        request=Request("GET", "ws://127.0.0.1/v1/realtime"),
        response=response,
        end=End(at=40 * MS, reason="eof") if ended else None,
        sent=sent,
        source="client",
        clock="monotonic",
    )


def inspected(folder: Path, exchange: Exchange, *options: str) -> Result:
    path = folder / "session.jsonl"
    path.write_bytes(b"".join(recording.write(exchange)))
    return CliRunner().invoke(command, [str(path), *options], standalone_mode=False)


def shown(done: Result) -> list[str]:
    """The first word and the name of each line below the heading."""
    lines = [line.split() for line in done.stdout.splitlines()[2:-1]]
    return [f"{words[0]} {words[1]} {' '.join(words[2:])}"[:40] for words in lines]


@pytest.mark.parametrize(
    ("after", "place"),
    [(0, 0), (1, 1), (2, 2), (3, 3), (9, 3)],
)
def test_a_message_is_shown_where_it_was_sent(after: int, place: int, tmp_path: Path) -> None:
    done = inspected(tmp_path, conversation(SentMessage(ASK, 15 * MS, after)))
    lines = shown(done)
    assert lines[place] == '→ 0.015 sent {"type":"response.create"}'
    assert [line.split()[0] for line in lines if not line.startswith("→")] == ["1", "2", "3"]


def test_the_gaps_of_the_server_are_as_without_it(tmp_path: Path) -> None:
    silent, requested = conversation(), conversation(SentMessage(ASK, 15 * MS, 1))
    lines = shown(inspected(tmp_path, requested))
    assert [line for line in lines if not line.startswith("→")] == shown(inspected(tmp_path, silent))


def test_as_json_it_is_an_item_without_a_number(tmp_path: Path) -> None:
    done = inspected(tmp_path, conversation(SentMessage(b"\xff{}", 15 * MS, 1)), "--format", "jsonl")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["n"], row["kind"]) for row in rows] == [(1, "event"), (None, "sent"), (2, "event"), (3, "event")]
    assert list(rows[1]) == [*rows[0], "invalid_utf8"]
    assert (rows[1]["at"], rows[1]["data"], rows[1]["byte"]) == (15 * MS, "�{}", None)


def test_its_text_is_harmless_on_a_terminal(tmp_path: Path) -> None:
    done = inspected(tmp_path, conversation(SentMessage(b"\x1b]0;x\x07\n1 fake", 15 * MS, 1)))
    assert "\x1b" not in done.stdout and "\x07" not in done.stdout
    assert len(done.stdout.splitlines()) == 2 + 4 + 1


def test_without_times_there_are_none(tmp_path: Path) -> None:
    sent = SentMessage(ASK, None, 0)
    frames = Frames.of([Frame(json.dumps(EVENTS[0]).encode(), None)])
    done = inspected(tmp_path, Exchange(frames=frames, response=conversation().response, sent=(sent,), clock="none"))
    assert '    →  sent {"type":"response.create"}' in done.stdout.splitlines()


def followed(path: Path, pieces: list[bytes], growing: Callable[[Path, list[bytes]], None], *options: str) -> Result:
    """What `--follow` shows of a file that grows by these pieces, one whenever it waits; then Ctrl-C."""
    path.write_bytes(b"")
    growing(path, pieces)
    done = CliRunner().invoke(command, ["--follow", str(path), *options], standalone_mode=False)
    assert isinstance(done.exception, click.Abort), done.output
    return done


TALK = conversation(
    SentMessage(b'{"type":"session.update"}', 5 * MS, 0),
    SentMessage(ASK, 15 * MS, 1),
    SentMessage(b'{"type":"response.cancel"}', 25 * MS, 2),
    SentMessage(b'{"type":"bye"}', 35 * MS, 3),
)


@pytest.mark.parametrize("options", [(), ("--format", "jsonl")], ids=["text", "jsonl"])
@pytest.mark.parametrize("step", [0, 1, 7, 1000], ids=["lines", "bytes", "seven", "at once"])
def test_a_session_is_followed_while_it_is_recorded(
    step: int, options: tuple[str, ...], tmp_path: Path, growing: Callable[[Path, list[bytes]], None]
) -> None:
    """Whatever a look at the file finds in it, the lines are those of the complete recording."""
    lines = list(recording.write(TALK)) * 2
    data = b"".join(lines)
    pieces = [data[at : at + step] for at in range(0, len(data), step)] if step else lines
    path = tmp_path / "session.jsonl"
    done = followed(path, pieces, growing, *options)
    shown = done.stdout.splitlines()
    whole = CliRunner().invoke(command, [str(path), *options], standalone_mode=False)
    assert shown == whole.stdout.splitlines()
    assert sum("response.create\\" in line or 'response.create"' in line for line in shown) == 2


def test_a_message_is_followed_before_the_server_answers_it(
    tmp_path: Path, growing: Callable[[Path, list[bytes]], None]
) -> None:
    """A request appears when it is sent, not with the first message after it."""
    lines = list(recording.write(conversation(SentMessage(ASK, 15 * MS, 1))))
    place = next(place for place, line in enumerate(lines) if b"response.create" in line and b'"sent"' in line)
    shown = followed(tmp_path / "session.jsonl", lines[: place + 1], growing).stdout.splitlines()
    assert [line.split()[0] for line in shown[2:]] == ["1", "→"]
    assert "response.create" in shown[-1]


@pytest.mark.parametrize(
    ("lines", "remark"),
    [
        pytest.param(-2, "", id="it is still open"),
        pytest.param(-1, "", id="its end line is missing so far"),
        pytest.param(None, "session.jsonl: truncated: the stream's terminal event is missing", id="it ended"),
    ],
)
def test_how_a_session_ended_is_said_when_it_has(
    lines: int | None, remark: str, tmp_path: Path, growing: Callable[[Path, list[bytes]], None]
) -> None:
    started = conversation(SentMessage(ASK, 15 * MS, 1))
    cut = replace(started, frames=Frames.of(list(started.frames)[:2]))
    done = followed(tmp_path / "session.jsonl", list(recording.write(cut))[:lines], growing)
    assert done.stderr.strip().removeprefix(f"{tmp_path}/") == remark
