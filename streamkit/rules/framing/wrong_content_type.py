"""Event stream with another content type.

What it finds: a body of events in a response whose content type is not `text/event-stream` but JSON, plain text or
binary. A response without a content type is not reported.

Why it matters: clients that follow the standard reject it: httpx-sse raises SSEError, and a browser's EventSource
closes the connection. openai-python does not check.

What to do: send `Content-Type: text/event-stream`.

Bad: recording
    bytes "text/event-stream" -> "application/json"

Good: recording
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("SSE125", "warning", framing=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield one sighting if the content type differs."""
    content_type = (stream.exchange.content_type or "").partition(";")[0].strip().lower()
    if stream.framing == "sse" and content_type and content_type != "text/event-stream" and stream.chunks:
        yield Sighting(f"the content type is {content_type[:60]!r}, but the body is an event stream", byte=0)
