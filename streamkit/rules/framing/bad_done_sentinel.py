"""Misspelled `[DONE]`.

What it finds: `[done]`, `"[DONE]"`, `DONE` or `{"done":true}` in place of `[DONE]`.

Why it matters: clients compare the text literally. A misspelled marker is parsed as JSON or taken for a chunk.

What to do: send exactly `data: [DONE]`.

Bad: chat
    data 4 [done]

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, broken, rule


@rule(
    "SSE122",
    "error",
    finds=broken,
    apis=("openai_chat", "openai_completions"),
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each occurrence."""
    for chunk in range(max(len(stream.chunks) - 3, 0), len(stream.chunks)):
        if stream.chunks[chunk] == {"done": True}:
            yield Sighting('{"done": true} in place of [DONE]', chunk=chunk)
