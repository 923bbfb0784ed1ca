r"""Unescaped U+2028, U+2029 or U+0085.

What it finds: these characters unescaped in the body. They end a line in Unicode but not in an event stream.

Why it matters: clients that split lines with `str.splitlines()` or httpx's `iter_lines` cut the JSON in two there:
httpx-sse#34, dify#39008, evalscope#1642, codex-lb#1010.

What to do: escape them in JSON, as `\u2028`. In a client, split lines at LF, CRLF and CR only.

Bad:

```escaped
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"a\xe2\x80\xa8b"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]


```

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule
from streamkit.rules._excerpt import shown_text

_SEPARATORS = {b"\xe2\x80\xa8": "U+2028", b"\xe2\x80\xa9": "U+2029", b"\xc2\x85": "U+0085"}


@rule("SSE114", "warning", framing=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each occurrence."""
    body = stream.exchange.frames.body
    if body.isascii():
        return
    for raw, name in _SEPARATORS.items():
        if raw[:1] not in body:
            continue
        index = body.find(raw)
        while index >= 0:
            yield Sighting(f"{name} unescaped", byte=index, excerpt=shown_text(body[max(index - 60, 0) : index + 60]))
            index = body.find(raw, index + 1)
