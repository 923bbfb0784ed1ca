r"""Event with several `data` lines.

What it finds: events whose payload was sent in more than one `data` line.

Why it matters: this is allowed, and the lines are joined with a line feed. Clients that treat each line as a payload
break; the official SDKs do not.

What to do: send JSON on a single line.

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
    """Yield a sighting for each such event."""
    if stream.framing == "sse":
        for event, data in enumerate(stream.events.data):
            if b"\n" in data:
                yield Sighting(f"the data has {data.count(10) + 1} lines", event=event)
