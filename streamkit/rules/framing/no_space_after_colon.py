"""No space after `data:`.

What it finds: `data:{` where most servers send `data: {`.

Why it matters: both are allowed, but clients that look for `data: ` with the space find nothing: Clawith#106,
langchain_dart#778, genai-bench#159, and formerly openai-python#498.

What to do: send `data: ` with a space. `streamkit lint --fix` adds it to files.

Bad:

```sse
data:{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data:{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data:{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]
```

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.patterns import pattern
from streamkit.rules import Sighting, rule

_TIGHT = pattern(rb"(?:^|[\r\n])data:[{\[]")
_ANY_TIGHT = pattern(rb"(?<![^\r\n])data:(?=[^ \r\n])")


def with_spaces(body: bytes) -> bytes:
    """Return the body with a space after each `data:`; the standard strips it (WHATWG HTML, section 9.2.6)."""
    return _ANY_TIGHT.sub(b"data: ", body)


@rule("SSE107", "info", framing=True, fix=with_spaces)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each such line."""
    body = stream.exchange.frames.body
    if stream.framing == "sse" and (b"data:{" in body or b"data:[" in body):
        for match in _TIGHT.finditer(body):
            yield Sighting("no space after `data:`", byte=match.end() - len(b"data:{"))
