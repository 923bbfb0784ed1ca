"""The allowed order of a stream of Writer's text completions: text, and nothing else.

Chunks have neither numbers nor ids, and none is marked as the last. A lost, moved or duplicated chunk cannot be
detected, unless its text is too long for a model to repeat it.

Source: writer-sdk 3.0.0, `types/completion_chunk.py`; a recorded stream.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.apis._kit.values import PartTexts
from streamkit.model.grammar import Misstep
from streamkit.model.stream import Stream

KINDS = frozenset({"cumulative-content", "repeated-delta", "unknown-event"})
"""Every misstep that these checks can report; each is the name of a rule."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of such a stream in the order of its chunks."""
    texts = PartTexts()
    for chunk, entry in enumerate(stream.chunks):
        if "value" not in entry and "error" not in entry:
            yield Misstep("unknown-event", chunk, "the chunk has none of this API's fields", "$")
        yield from texts.add(chunk, "$.value", entry.get("value"))
