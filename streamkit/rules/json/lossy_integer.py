"""Integer too large for a double.

What it finds: integers beyond 2^53, which JavaScript rounds, and beyond 64 bits, which other parsers turn into
floating-point numbers.

Why it matters: an ID sent as a number becomes another number.

What to do: send large integers as strings.

Bad: chat
    set 2 $.request 9007199254740993

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.patterns import pattern
from streamkit.rules import Sighting, rule
from streamkit.rules._excerpt import shown_text

_LONG = pattern(rb"[:\[,]\s*(-?\d{16,400})\s*(?=[,}\]])")


@rule("JSN208", "info")
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each occurrence."""
    for event, data in enumerate(stream.events.data):
        for match in _LONG.finditer(data):
            if abs(int(match[1])) > 1 << 53:
                yield Sighting(f"{shown_text(match[1])[:40]} is too large for a double", event=event)
