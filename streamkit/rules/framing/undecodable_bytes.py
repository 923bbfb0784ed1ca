r"""Undecodable bytes in the body.

What it finds: a message of an AWS event stream with a wrong checksum or an impossible length; text between the
elements of a JSON array; a line or an element that is too long to be kept.

Why it matters: any event in these bytes is lost. botocore raises at the first message with a wrong checksum and stops
reading.

What to do: find what changed the bytes: a proxy that converts text, a truncated file, or a damaged recording.

Bad, with SEQ458 beside it:

```escaped
\x00\x00\x00U\x00\x00\x001\xc4\x0f\x9f\xe8\r:message-type\x07\x00\x05event\x0b:event-type\x07\x00\x0cmessageStart{"role":"assistant"},\x02\x01\xf8\x00\x00\x00s\x00\x00\x006\x14\xea\xd0\xef\r:message-type\x07\x00\x05event\x0b:event-type\x07\x00\x11contentBlockDelta{"contentBlockIndex":0,"delta":{"text":"Ho"}}\xe0\xf34\x94\x00\x00\x00Y\x00\x00\x000v\xf8B\x7f\r:message-type\x07\x00\x05event\x0b:event-type\x07\x00\x0bmessageStop{"stopReason":"end_turn"}\xefO\x02\xc7
```

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule
from streamkit.rules._excerpt import shown_text
from streamkit.wire.values import Ignored

_MESSAGES = {
    "bad-checksum": "a message whose checksum (CRC-32) is wrong",
    "bad-length": "a message with an impossible length",
    "not-json": "text where a JSON value was expected",
    "too-long": "more bytes without an end than can be kept",
}


@rule("SSE124", "error", framing=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each run of such bytes."""
    for _, aside in stream.events.asides:
        if isinstance(aside, Ignored) and aside.lost:
            size = f" ({aside.end - aside.start} bytes)"
            text = shown_text(aside.data) if stream.framing != "aws_eventstream" else ""
            yield Sighting(_MESSAGES[aside.reason] + size, byte=aside.start, excerpt=text)
