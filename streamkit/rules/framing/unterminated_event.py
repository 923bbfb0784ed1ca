"""Last event without a blank line.

What it finds: a body that ends within an event: its blank line, or even its line ending, is missing.

Why it matters: the standard discards an unfinished event at the end of the body. openai-python drops it, including a
finish reason or usage in it; openai-node 7 delivers it (openai-node#2725), and openai-go does not (openai-go#697):
the same bytes give different answers. An unfinished `[DONE]` is only a warning, because clients that miss it stop at
the end of the body.

What to do: write a blank line after the last event. `streamkit lint --fix` adds it to files.

Bad:

```escaped
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]

```

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule
from streamkit.rules._excerpt import shown_text
from streamkit.wire.sse import decode
from streamkit.wire.values import Event, Tail


def with_blank_line(body: bytes) -> bytes:
    """Return the body with a blank line after its last event, if the data of that event is complete."""
    pending = [aside.event for _, aside in decode(body).asides if isinstance(aside, Tail) and aside.event is not None]
    if not pending or not _is_whole(pending[-1]):
        return body
    line_end = b"\r\n" if b"\r\n" in body else b"\n" if b"\n" in body or b"\r" not in body else b"\r"
    return body + line_end * (1 if body.endswith((b"\n", b"\r")) else 2)


def _is_whole(event: Event) -> bool:
    try:
        orjson.loads(event.data)
    except orjson.JSONDecodeError:
        return event.data == b"[DONE]"
    return True


@rule(
    "SSE103",
    "error",
    also=("warning",),
    framing=True,
    whole=True,
    fix=with_blank_line,
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield one sighting if an event is unfinished at the end."""
    for _, aside in stream.events.asides:
        if isinstance(aside, Tail) and aside.data.strip():
            message = "the body ends within an event, which standard clients discard"
            text = shown_text(aside.data) if stream.framing != "aws_eventstream" else ""
            harmless = aside.event is not None and aside.event.data == b"[DONE]"
            yield Sighting(message, byte=aside.start, severity="warning" if harmless else None, excerpt=text)
