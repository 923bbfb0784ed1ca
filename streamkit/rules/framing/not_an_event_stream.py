"""Successful response that is not an event stream.

What it finds: HTML, a single JSON document, JSON lines without `data:`, `data:` lines without a blank line, or an
empty body where an event stream is expected: the request asks for one, the content type of the response announces
one, or the request is not known. The plain response to a request without streaming is skipped, and counted on stderr.

Why it matters: clients find no event in it and report nothing: the application gets an empty answer. The login page
of a gateway, or an error with status 200, looks like this.

What to do: look at the body. Return errors with an error status, and streams as `text/event-stream`.

Bad:

```jsonl
{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:00:00.000000Z","source":"client","clock":"monotonic","request":null,"labels":{},"tool":"t"}
{"type":"response","at":1000,"status":200,"http":"1.1","headers":[["content-type","text/html"]]}
{"type":"frame","at":2000,"text":"<!DOCTYPE html><html><body>Sign in to continue</body></html>"}
{"type":"end","at":3000,"reason":"eof"}
```

Good: chat
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from streamkit.model.message import ERROR
from streamkit.model.stream import Stream
from streamkit.patterns import pattern
from streamkit.rules import Sighting, rule
from streamkit.rules._excerpt import shown_text

_SSE_APIS = ("openai_chat", "openai_completions", "openai_responses", "anthropic_messages", "gemini")


_DATA = pattern(rb"^data:", re.MULTILINE)


def _kind(stream: Stream) -> str:
    body = stream.exchange.frames.body
    if stream.framing == "sse" and _DATA.search(body):
        return (
            "data lines without blank lines, so no event is complete; "
            "if it is a pasted log, read it with --input-format gist-log"
        )
    start = body.lstrip()[:200].lower()
    if not start:
        return "empty, not an event stream"
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        return "an HTML page, not an event stream"
    return f"{'a JSON document' if start.startswith((b'{', b'[')) else 'text'}, not an event stream"


@rule(
    "SSE104",
    "error",
    framing=True,
    plain=True,
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield one sighting if there is no event to find."""
    response = stream.exchange.response
    if response is not None and response.status >= 400:
        return
    body = stream.exchange.frames.body
    if stream.framing == "ndjson" and stream.api in _SSE_APIS and stream.verdict != "not-a-stream":
        yield Sighting("the chunks are lines of JSON, not events of an event stream", byte=0)
        return
    is_error = bool(stream.chunks) and stream.flags[0] & ERROR  # SEQ421 reports it
    expected = stream.verdict == "not-a-stream" and not stream.plain_answer and not is_error
    if expected and (body.strip() or response is not None):
        yield Sighting(f"the body is {_kind(stream)}", byte=0, excerpt=shown_text(body[:200]))
