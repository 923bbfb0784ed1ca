"""An event stream under another content type.

What it finds: a body of events whose response says that it is something else than `text/event-stream`: JSON, plain text,
bytes. A response without a content type is none of them.

Why it matters: clients that hold themselves to the standard refuse it: httpx-sse raises SSEError, and a browser's
EventSource closes the connection. openai-python does not look.

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
    """One sighting where the content type is another."""
    said = (stream.exchange.content_type or "").partition(";")[0].strip().lower()
    if stream.framing == "sse" and said and said != "text/event-stream" and stream.chunks:
        yield Sighting(f"the content type is {said[:60]!r}, and the body is an event stream", byte=0)
