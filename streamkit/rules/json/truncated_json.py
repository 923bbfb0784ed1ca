"""Event data is truncated JSON.

What it finds: events, or the unfinished end of the body, whose JSON stops in the middle.

Why it matters: a fixed-size buffer, or a broken connection, cut the payload off. With a blank line after it, clients
raise; at the end of the body, the event is silently lost.

What to do: write complete payloads; for a broken connection, see how the recording ended.

Bad: chat
    data 2 {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choice

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, broken, rule
from streamkit.rules._excerpt import shown_text
from streamkit.wire.values import Tail


def _is_cut(data: bytes) -> bool:
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return data.lstrip().startswith(b"{")
    return False


@rule(
    "JSN202",
    "error",
    finds=broken,
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each occurrence."""
    for _, aside in stream.events.asides:
        if isinstance(aside, Tail) and aside.event is not None and _is_cut(aside.event.data):
            message = f"the body ends within a JSON text, after {len(aside.event.data)} bytes of it"
            yield Sighting(message, byte=aside.start, excerpt=shown_text(aside.data))
