r"""An event with several `data` lines.

What it finds: events whose payload was sent in more than one `data` line.

Why it matters: it is lawful, and the lines are joined with a line feed. Clients that take each line for a payload
break; the official SDKs do not.

Bad: chat
    first ""choices":[{"index":0,"delta":{"content"" -> "\ndata: "choices":[{"index":0,"delta":{"content""

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("SSE106", "info", framing=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each such event."""
    if stream.framing == "sse":
        for event, data in enumerate(stream.events.data):
            if b"\n" in data:
                yield Sighting(f"the data came in {data.count(10) + 1} lines", event=event)
