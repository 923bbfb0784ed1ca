"""A field that must be there is missing.

What it finds: chunks without a field that their API requires. In chat, a missing `id`, `created` or `model` is a
warning.

Why it matters: openai-python's stream helper passes over every chunk without `object`, and iterates over `choices`
without looking. Typed clients (Go, Rust, Vercel) refuse the chunk whatever is missing.

Bad:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

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

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules._rule import Sighting, misfits, rule


@rule(
    "SCH301",
    "error",
    breaks="openai-python 3.52 `.stream()`: without `object` the chunk is dropped, without `choices` TypeError",
)
def check(stream: Stream) -> Iterator[Sighting]:
    """One sighting for each."""
    return misfits(stream, "missing-field")
