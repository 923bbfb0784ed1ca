"""U+FFFD in the text: a character was lost before it was sent.

What it finds: the replacement character in payloads, raw or escaped.

Why it matters: the server decoded UTF-8 in pieces, and what stood there is gone for every client (tensai#110,
Fabric#2203, braintrust#2091). A model can write the character itself, which is rare.

Bad: chat
    set 2 $.choices[0].delta.content "caf�"

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


def _holds(data: bytes) -> bool:
    """Whether bytes of JSON hold the character, raw or escaped. Looking for single bytes is many times faster."""
    if b"\xef" in data and b"\xef\xbf\xbd" in data:
        return True
    return b"\\u" in data and b"\\ufffd" in data.lower()


@rule("JSN207", "warning")
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each event that holds it."""
    if _holds(stream.exchange.frames.body):
        for event, data in enumerate(stream.events.data):
            if _holds(data):
                yield Sighting("the text holds U+FFFD, which stands for a character that was lost", event=event)
