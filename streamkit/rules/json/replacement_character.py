"""U+FFFD in the text.

What it finds: the replacement character in payloads, raw or escaped.

Why it matters: the server decoded UTF-8 in pieces and lost a character, for every client (tensai#110, Fabric#2203,
braintrust#2091). A model may also write the character itself, which is rare.

What to do: decode incrementally, so that a character divided between two tokens stays complete.

Bad: chat
    set 2 $.choices[0].delta.content "caf�"

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.patterns import pattern
from streamkit.rules import Sighting, rule

# What follows the backslash is looked at only there, so that a search is one for a single byte.
_ESCAPED = pattern(rb"\\(?=u[fF]{3}[dD])")


def _holds(data: bytes) -> bool:
    """Return whether JSON bytes contain the character, raw or escaped. Searching for a single byte first is much faster."""
    return (b"\xef" in data and b"\xef\xbf\xbd" in data) or _ESCAPED.search(data) is not None


@rule("JSN207", "warning")
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each event that contains it."""
    if _holds(stream.exchange.frames.body):
        for event, data in enumerate(stream.events.data):
            if _holds(data):
                yield Sighting("the text contains U+FFFD, which replaces a lost character", event=event)
