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
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule
from streamkit.wire.runs import Repeating


def _no_key_lost(stream: Stream) -> bool:
    """Return whether the payloads have as many keys as the parsed objects: a cheap test that usually suffices.

    Payloads of one form have the keys of its example.
    """
    chunks, data = stream.chunks, stream.events.data
    if not isinstance(chunks, Repeating):
        return _as_many_keys(chunks, [payload for payload in data if payload != b"[DONE]"])
    if any(_duplicate_keys(form.example) for form in chunks.forms.known()):
        return False
    others = [run for run in chunks.forms if run[0] is None]
    some = [chunk for _, start, stop in others for chunk in chunks[start:stop]]
    return _as_many_keys(some, [payload for _, start, stop in others for payload in data[start:stop]])


def _as_many_keys(chunks: Sequence[dict[str, Any]], payloads: Sequence[bytes]) -> bool:
    """Return whether payloads have as many keys as their objects.

    Serialized again, the objects take as many bytes as payloads without spaces, unless a key was lost. If spaces or escapes
    differ, colons are counted instead: every key has one, and those in texts are on both sides.
    """
    try:
        written = orjson.dumps(list(chunks))
    except (TypeError, ValueError):
        return False
    commas_and_brackets = len(chunks) + 1
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
    if _no_key_lost(stream):
        return
    for event, data in enumerate(stream.events.data):
        for key in _duplicate_keys(data):
            yield Sighting(f"duplicate key {key!r} in an object", event=event)
