"""`streamkit inspect` of a WebSocket: what its client sent is between the messages of the server, where it was sent."""

from __future__ import annotations

import json
from pathlib import Path

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
