"""An event's data is JSON that was cut off.

What it finds: events, or the unfinished end of the body, whose JSON stops in the middle.

Why it matters: a buffer of fixed size, or a connection that broke, cut the payload. Terminated by a blank line, it
raises; as the body's end, the event is lost without a word.

Bad: chat
    data 2 {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choice

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, broken, rule
from streamkit.rules._excerpt import shown
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
    breaks="openai-python 3.52: JSONDecodeError; at the end of the body, the event is lost",
)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each of them."""
    for _, aside in stream.events.asides:
        if isinstance(aside, Tail) and aside.event is not None and _is_cut(aside.event.data):
            message = f"the body ends inside a JSON text, after {len(aside.event.data)} bytes of it"
            yield Sighting(message, byte=aside.start, excerpt=shown(aside.data))
