"""An object has the same key twice.

What it finds: objects in which a key occurs more than once.

Why it matters: every parser takes one of the two and says nothing, and not every parser takes the same.

Bad: chat
    data 2 {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

Good: chat
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator

import orjson

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


def _as_many_keys(stream: Stream) -> bool:
    """Whether the payloads hold as many keys as the objects that they gave; cheap, and usually so.

    Written anew, the objects take as many bytes as payloads without spaces do, unless a key was lost. Where spaces or
    escapes differ, colons are counted instead: every key has one, and those in texts are on both sides.
    """
    try:
        written = orjson.dumps(stream.chunks)
    except (TypeError, ValueError):
        return False
    payloads = [data for data in stream.events.data if data != b"[DONE]"]
    commas_and_brackets = len(stream.chunks) + 1
    if len(written) == sum(map(len, payloads)) + commas_and_brackets:
        return True
    return written.count(b":") == sum(data.count(b":") for data in payloads)


def _twice(data: bytes) -> list[str]:
    """The keys that occur again in an object of this payload."""
    again: list[str] = []

    def collect(pairs: list[tuple[str, object]]) -> None:
        names = Counter(name for name, _ in pairs)
        again.extend(name for name, count in names.items() if count > 1)

    with contextlib.suppress(ValueError, RecursionError):
        json.loads(data, object_pairs_hook=collect)
    return again


@rule("JSN204", "warning")
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each key that occurs again."""
    if _as_many_keys(stream):
        return
    for event, data in enumerate(stream.events.data):
        for key in _twice(data):
            yield Sighting(f"the key {key!r} occurs twice in one object", event=event)
