r"""Bytes that are not UTF-8.

What it finds: an event, a comment or the unfinished end of a stream that holds bytes which are no UTF-8.

Why it matters: an event stream is UTF-8 by definition. The Python SDKs decode strictly and raise in the middle of the
answer; browsers show U+FFFD. Usually a proxy cut a character in two (aisix#111, claude-code-router#1672).

Bad:

```escaped
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"caf\xe9"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]


```

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule
from streamkit.rules._excerpt import shown


def _bad_byte(data: bytes) -> int | None:
    """Where the first byte stands that is no UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


@rule(
    "SSE101",
    "error",
    framing=True,
    breaks="openai-python 3.52, anthropic 2.11: UnicodeDecodeError in the middle of the stream",
)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each event or aside with such a byte, at the first of them."""
    if stream.exchange.frames.body.isascii():
        return
    for event, data in enumerate(stream.events.data):
        if data.isascii():
            continue
        column = _bad_byte(data)
        if column is not None:
            yield Sighting(f"byte 0x{data[column]:02x} at column {column + 1} of the data is no UTF-8", event=event)
    if stream.framing == "aws_eventstream":  # what is no message there is binary
        return
    for _, aside in stream.events.asides:
        column = _bad_byte(aside.data)
        if column is not None:
            message = f"byte 0x{aside.data[column]:02x} is no UTF-8"
            yield Sighting(message, byte=aside.start + column, excerpt=shown(aside.data))
