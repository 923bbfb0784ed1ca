"""The streams of MCP end with the response, except those that a client opens with GET, which have no last message."""

from __future__ import annotations

import json

import pytest

from streamkit.apis import interpret
from streamkit.model.exchange import End, Exchange, Frame, Frames, Headers, Request, Response
from streamkit.rules import lint, selected

URL = "http://127.0.0.1:8000/mcp"
CHANGED = {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
RESPONSE = {"jsonrpc": "2.0", "id": 2, "result": {"content": [{"type": "text", "text": "Rain"}]}}
SESSION = (("Mcp-Session-Id", "s-1"),)
VERSION = (("mcp-protocol-version", "2025-11-25"),)


@pytest.mark.parametrize(
    ("method", "headers", "messages", "verdict", "codes"),
    [
        ("POST", SESSION, [CHANGED, RESPONSE], "complete", []),
        ("POST", SESSION, [CHANGED], "truncated", ["SEQ425"]),
        ("GET", SESSION, [CHANGED], "complete", []),
        ("GET", VERSION, [CHANGED], "complete", []),
        ("GET", VERSION, [RESPONSE], "complete", []),
        ("GET", (), [CHANGED], "complete", []),
    ],
)
def test_the_end_of_a_stream(
    method: str, headers: Headers, messages: list[dict[str, object]], verdict: str, codes: list[str]
) -> None:
    body = "".join(f"event: message\ndata: {json.dumps(message)}\n\n" for message in messages)
    exchange = Exchange(
        request=Request(method, URL, headers),
        response=Response(0, 200, headers=(("content-type", "text/event-stream"),)),
        frames=Frames.of([Frame(body.encode(), 0)]),
        end=End(at=0, reason="eof"),
    )
    stream = interpret(exchange, judge=True)
    assert (stream.api, stream.verdict) == ("mcp", verdict)
    assert [finding.code for finding in lint(stream, selected())] == codes
