r"""Byte order mark before the first line.

What it finds: the bytes EF BB BF at the beginning of the body.

Why it matters: the standard strips one, but clients that read lines do not: for them the first line is not a `data`
line, and the first event is silently lost (openai-python#3819).

What to do: write the body without a byte order mark. `streamkit lint --fix` removes it from files.

Bad:

```escaped
\xef\xbb\xbfdata: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]


```

Good: chat
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule
from streamkit.wire.values import Ignored


def without_mark(body: bytes) -> bytes:
    """Return the body without its mark."""
    return body.removeprefix(codecs.BOM_UTF8)


@rule(
    "SSE102",
    "error",
    framing=True,
    fix=without_mark,
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield one sighting if there is a mark."""
    for _, aside in stream.events.asides:
        if isinstance(aside, Ignored) and aside.reason == "byte-order-mark":
            yield Sighting("byte order mark: clients that read lines lose the first event", byte=aside.start)
