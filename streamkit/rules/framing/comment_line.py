r"""A comment line.

What it finds: lines that begin with a colon, which keep-alives are made of.

Why it matters: they are lawful and most clients pass over them. Some take them for data: docker-agent#2349,
ms-swift#10086, OmniRoute#7031.

Bad: chat
    first "data" -> ": keep-alive\n\ndata"

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule
from streamkit.rules._excerpt import shown
from streamkit.wire.values import Comment


@rule("SSE108", "info", framing=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each comment."""
    for _, aside in stream.events.asides:
        if isinstance(aside, Comment):
            yield Sighting("a comment", byte=aside.start, excerpt=shown(b":" + aside.data))
