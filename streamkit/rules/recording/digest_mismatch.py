"""Recording was changed.

What it finds: a recording whose `sha256` does not match its frames.

Why it matters: the file was edited or damaged after it was written: what is checked is not what was received.

What to do: restore the original file. After an intended change, `streamkit convert` writes a new digest.

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
    """Yield a sighting if the body does not match the digest."""
    if stream.exchange.changed:
        end = stream.exchange.end
        message = "the sha256 of the frames differs from the one in the end line: the body was changed"
        yield Sighting(message, line=end.line if end else None)
