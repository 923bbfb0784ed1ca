"""The recording's bytes are not those that were recorded.

What it finds: a recording whose `sha256` does not match its frames.

Why it matters: the file was edited or damaged after it was written: what is judged is not what was received.

Bad: recording
    set 7 $.sha256 "0000000000000000000000000000000000000000000000000000000000000000"

Good: recording
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("REC001", "error", plain=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting where the body is not that of the digest."""
    if stream.exchange.changed:
        end = stream.exchange.end
        message = "sha256 of the frames is not the one that end says: the body was changed"
        yield Sighting(message, line=end.line if end else None)
