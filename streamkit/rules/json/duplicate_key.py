"""Duplicate key in an object.

What it finds: objects in which a key occurs more than once.

Why it matters: every parser silently keeps one of the values, but not every parser keeps the same one.

What to do: write each key once.

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
    """Return whether the payloads have as many keys as the parsed objects: a cheap test that usually suffices.

    Serialized again, the objects take as many bytes as payloads without spaces, unless a key was lost. If spaces or escapes
    differ, colons are counted instead: every key has one, and those in texts are on both sides.
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


def _duplicate_keys(data: bytes) -> list[str]:
    """Return the duplicate keys in the objects of this payload."""
    again: list[str] = []

    def collect(pairs: list[tuple[str, object]]) -> None:
        names = Counter(name for name, _ in pairs)
        again.extend(name for name, count in names.items() if count > 1)

    with contextlib.suppress(ValueError, RecursionError):
        json.loads(data, object_pairs_hook=collect)
    return again


@rule("JSN204", "warning")
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each duplicate key."""
    if _as_many_keys(stream):
        return
    for event, data in enumerate(stream.events.data):
        for key in _duplicate_keys(data):
            yield Sighting(f"duplicate key {key!r} in an object", event=event)
