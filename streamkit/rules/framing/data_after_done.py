"""Chunk after `[DONE]`.

What it finds: chunks that follow the event `data: [DONE]`.

Why it matters: clients stop reading at `[DONE]`, so whatever follows is lost, often the usage.

What to do: send `[DONE]` last.

Bad: chat
    move 3 to 4

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("SSE121", "error")
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each chunk after `[DONE]`."""
    if stream.done:
        first = stream.done[0]
        for chunk in range(len(stream.chunks) - 1, -1, -1):
            if stream.chunk_events[chunk] < first:
                break
            yield Sighting("chunk after [DONE]", chunk=chunk)
