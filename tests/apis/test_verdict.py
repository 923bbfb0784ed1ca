"""The verdict is the first that applies of not-a-stream, error, malformed, complete and truncated."""

from __future__ import annotations

import json

import pytest

from streamkit.apis import assemble, interpret
from streamkit.model.exchange import Exchange, Frame, Frames, Response

HEAD = b'"id":"c","object":"chat.completion.chunk","created":1,"model":"m"'
SAYS = (
    b"data: {"
    + HEAD
    + b',"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}\n\n'
)
ENDS = b"data: {" + HEAD + b',"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
FAILS = b'data: {"error":{"message":"no"}}\n\n'
ERROR = b'{"error":{"message":"no"}}'


@pytest.mark.parametrize(
    "api", ["openai_chat", "openai_responses", "anthropic_messages", "cohere", "gemini", "unknown"]
)
def test_an_error_object_is_the_response(api: str) -> None:
    error = {"type": "error", "error": {"message": "no", "code": 429}}
    response = Response(None, 429, headers=(("content-type", "application/json"),))
    stream = interpret(Exchange(frames=Frames.of([Frame(json.dumps(error).encode())]), response=response), api=api)
    assert stream.verdict == "not-a-stream"
    assert assemble(stream).object == error
    assert assemble(stream).message.messages == ()


@pytest.mark.parametrize(
    ("verdict", "body", "content_type"),
    [
        ("complete", SAYS + ENDS + DONE, None),
        ("complete", SAYS + ENDS, None),  # some providers send no marker
        ("complete", SAYS + DONE, None),
        ("truncated", SAYS, None),
        ("truncated", SAYS + ENDS[:-2], None),  # the finish event was never dispatched
        ("truncated", SAYS + b'data: {"id":"c","choi', None),
        ("malformed", SAYS + b"data: {broken}\n\n" + ENDS + DONE, None),
        ("malformed", SAYS + b"data: [1]\n\n" + ENDS + DONE, None),
        ("complete", SAYS + b"data:\n\n" + ENDS + DONE, None),  # an empty event loses nothing
        ("error", SAYS + FAILS, None),
        ("error", SAYS + FAILS + DONE, None),
        ("error", SAYS + b"data: {broken}\n\n" + FAILS, None),
        ("not-a-stream", b"", None),
        ("not-a-stream", b"<html><body>Bad gateway</body></html>", "text/html"),
        ("not-a-stream", ERROR, "application/json"),
        ("not-a-stream", ERROR + b"\n", None),
        ("not-a-stream", b'{\n  "error": {\n    "message": "no"\n  }\n}\n', "application/json"),
        ("not-a-stream", b'{"object":"chat.completion","choices":[{"index":0,"message":{"content":"Hi"}}]}', None),
    ],
)
def test_the_first_verdict_that_applies(verdict: str, body: bytes, content_type: str | None) -> None:
    headers = (("content-type", content_type),) if content_type else ()
    given = Exchange(frames=Frames.of([Frame(body)]), response=Response(None, 200, headers=headers))
    assert interpret(given).verdict == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (b'{"model":"m","response":"Hel","done":false}\n', "truncated"),
        (b'{"is_finished":false,"event_type":"text-generation","text":"Hel"}\n', "truncated"),
        (b'{"model":"m","response":"Hello","done":true}\n', "not-a-stream"),
        (rb'{"model":"m","response":"say \"done\": false","done":true}', "not-a-stream"),
    ],
)
def test_a_single_line_is_a_stream_if_it_says_that_more_follows(line, verdict):
    assert interpret(Exchange(frames=Frames.of([Frame(line)]))).verdict == verdict
