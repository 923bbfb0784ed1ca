"""An object has the same key twice.

What it finds: objects in which a key occurs more than once.

Why it matters: every parser takes one of the two and says nothing, and not every parser takes the same.

Bad:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]
```

Good:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]
```
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator

import orjson

from streamkit.model.stream import Stream
from streamkit.rules._rule import Sighting, rule


def _same_number_of_keys(stream: Stream) -> bool:
    """Whether the payloads hold as many keys as the objects that they gave; cheap, and usually so.

    Every key ends in `":`, and so does every escaped quote before a colon in a text, in payloads and in what is written
    from them alike; a payload with a space before its colons only costs the closer look.
    """
    try:
        written = b"".join(map(orjson.dumps, stream.chunks))
    except (TypeError, ValueError):
        return False
    return written.count(b'":') == sum(data.count(b'":') for data in stream.events.data)


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
    if _same_number_of_keys(stream):
        return
    for event, data in enumerate(stream.events.data):
        for key in _twice(data):
            yield Sighting(f"the key {key!r} occurs twice in one object", event=event)
