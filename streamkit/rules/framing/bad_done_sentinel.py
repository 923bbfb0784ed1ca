"""A misspelled `[DONE]`.

What it finds: `[done]`, `"[DONE]"`, `DONE` or `{"done":true}` where `[DONE]` was meant.

Why it matters: clients compare it literally. A misspelled one is decoded as JSON, or taken for a chunk.

Bad:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [done]
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
from streamkit.rules import Sighting, broken, rule


@rule(
    "SSE122",
    "error",
    finds=broken,
    apis=("openai_chat", "openai_completions"),
    breaks="openai-python 3.52: JSONDecodeError, or AttributeError",
)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each of them."""
    for chunk in range(max(len(stream.chunks) - 3, 0), len(stream.chunks)):
        if stream.chunks[chunk] == {"done": True}:
            yield Sighting('{"done": true} stands where [DONE] was meant', chunk=chunk)
