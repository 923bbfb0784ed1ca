r"""Comment line.

What it finds: lines that begin with a colon, as used for keep-alives.

Why it matters: comments are allowed, and most clients ignore them. Some take them for data: docker-agent#2349,
ms-swift#10086, OmniRoute#7031.

What to do: nothing, unless your clients include such ones.

Bad: chat
    first "data" -> ": keep-alive\n\ndata"

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule
from streamkit.rules._excerpt import shown_text
from streamkit.wire.values import Comment


@rule("SSE108", "info", framing=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each comment."""
    for _, aside in stream.events.asides:
        if isinstance(aside, Comment):
            yield Sighting("comment", byte=aside.start, excerpt=shown_text(b":" + aside.data))
