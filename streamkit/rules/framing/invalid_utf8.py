r"""Invalid UTF-8.

What it finds: an event, a comment or the unfinished end of a stream with bytes that are not valid UTF-8.

Why it matters: an event stream is UTF-8 by definition. The Python SDKs decode strictly and raise in the middle of the
response; browsers show U+FFFD. Usually a proxy divided a character between two writes (aisix#111,
claude-code-router#1672).

What to do: encode complete characters only; a proxy should forward bytes without decoding them.

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
from streamkit.rules._excerpt import shown_text
from streamkit.wire.runs import Repeating
from streamkit.wire.values import Comment


def _bad_byte(data: bytes) -> int | None:
    """Return the offset of the first byte that is not valid UTF-8, or None."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


@rule(
    "SSE101",
    "error",
    framing=True,
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each event or aside with invalid bytes, at the first of them."""
    if stream.exchange.frames.body.isascii():
        return
    # Where chunks repeat each other, all data were read as JSON, and so are valid.
    for event, data in enumerate(stream.events.data) if not isinstance(stream.chunks, Repeating) else ():
        if data.isascii():
            continue
        column = _bad_byte(data)
        if column is not None:
            yield Sighting(
                f"byte 0x{data[column]:02x} at column {column + 1} of the data is not valid UTF-8", event=event
            )
    if stream.framing == "aws_eventstream":  # bytes outside messages are binary there
        return
    for _, aside in stream.events.asides:
        column = _bad_byte(aside.data)
        if column is not None:
            message = f"byte 0x{aside.data[column]:02x} is not valid UTF-8"
            colon = isinstance(aside, Comment)  # it is not part of the data
            yield Sighting(message, byte=aside.start + colon + column, excerpt=shown_text(aside.data))
