"""What OpenAI's own clients make of a session over a WebSocket is what streamkit makes of its recording.

`openai.clients.json` has what openai-python's typed events add up to, and what the sessions of openai-agents have at the end, which
validate each event; `python -m tests.producers.table openai` asks them again.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from streamkit.apis import Incremental, assemble, interpret
from streamkit.model.exchange import Frame, Frames
from streamkit.model.stream import Stream
from streamkit.rules import lint, selected
from streamkit.wire.websocket import TEXT, MessageDecoder, encode
from tests.producers.producer import exchanges, request_of

KEPT = Path(__file__).with_name("recordings")
CLIENTS: dict[str, Any] = json.loads((KEPT / "openai.clients.json").read_text(encoding="utf-8"))
SESSIONS = [name for name in CLIENTS if name != "version"]


def recorded(name: str) -> Stream:
    """The session of this name, as a stream."""
    scene, client = name.split()
    if scene == "response":
        wanted = "GET /v1/responses"
    else:
        wanted = f"GET /v1/realtime?model=gpt-realtime&scene={scene}" + ("&client=agents" if client == "agents" else "")
    found = [one for one in exchanges(KEPT / "openai.jsonl") if request_of(one) == wanted]
    return interpret(found[-1 if client == "agents" else 0], judge=True)


def summary_of(stream: Stream) -> dict[str, Any]:
    """What streamkit says about a session, in the words of the clients."""
    assembled = assemble(stream).message
    parts = [part for message in assembled.messages for part in message.parts]
    deltas = [delta for index in range(len(stream.chunks)) for delta in stream.deltas(index)]
    return {
        "text": "".join(part.text for part in parts if part.kind == "text"),
        "deltas": "".join(delta.text for delta in deltas if delta.kind == "text"),
        "calls": [[part.name, part.text] for part in parts if part.kind == "tool_call"],
        "audio": "".join(part.data["audio"] for part in parts if part.kind == "audio"),
        "finish": next((message.finish for message in assembled.messages if message.finish), ""),
        "error": "".join(delta.text for delta in deltas if delta.kind == "error"),
        "tokens": stream.usage.output if stream.usage else None,
    }


@pytest.mark.parametrize("name", SESSIONS)
def test_the_clients_and_streamkit_agree(name: str) -> None:
    expected, made = dict(CLIENTS[name]), summary_of(recorded(name))
    if name == "error agents":  # the error as Python shows it
        assert repr(made.pop("error")) in expected.pop("error")
    assert {key: made[key] for key in expected if key in made} == expected


def test_the_sessions_show_what_they_are_named_for() -> None:
    assert {name for name, made in CLIENTS.items() if name != "version" and made.get("error")} == {
        "error openai",
        "error agents",
    }
    assert CLIENTS["cancelled openai"]["finish"] == "client_cancelled"
    assert CLIENTS["speech openai"]["audio"]
    assert CLIENTS["tool openai"]["calls"] == CLIENTS["tool agents"]["calls"] == [["weather", '{"city":"Zürich"}']]
    assert len(SESSIONS) == 11


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_in_single_bytes_is_the_same_session(name: str) -> None:
    whole = recorded(name)
    sent = b"".join(encode(TEXT, message) for message in whole.exchange.frames.data)
    decoder = MessageDecoder()
    messages = [message for at in range(len(sent)) for message in decoder.feed(sent[at : at + 1])]
    frames = Frames.of([Frame(one.data, at) for one, at in zip(messages, whole.exchange.frames.at, strict=True)])
    stream = interpret(replace(whole.exchange, frames=frames), judge=True)
    assert (stream.api, stream.verdict, stream.chunks) == (whole.api, whole.verdict, whole.chunks)
    assert summary_of(stream) == summary_of(whole)

    live = Incremental(replace(whole.exchange, frames=Frames.of([]), end=None))
    for frame in frames:
        live.frame(frame.data, frame.at)
    arrived = live.close(whole.exchange.end)
    assert (arrived.api, arrived.verdict, arrived.usage) == (whole.api, whole.verdict, whole.usage)


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_that_ends_too_early_is_read_as_far_as_it_goes(name: str) -> None:
    """Cut after any message: the text is the beginning of the whole, and a response that is open is reported."""
    whole = recorded(name)
    open_ = False
    for count, chunk in enumerate(whole.chunks, start=1):
        kind = chunk["type"]
        open_ = (
            kind != "error"
            and kind not in ("response.done", "response.completed")
            and (open_ or kind == "response.created")
        )
        cut = interpret(replace(whole.exchange, frames=Frames.of(list(whole.exchange.frames)[:count])), judge=True)
        assert summary_of(whole)["deltas"].startswith(summary_of(cut)["deltas"])
        findings = {finding.code for finding in lint(cut, selected())}
        assert "LINT000" not in findings
        assert (cut.verdict == "truncated") >= open_, count
