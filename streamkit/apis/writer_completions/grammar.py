"""The lawful order of a stream of Writer's text completions: texts, and nothing else.

A chunk has neither a number nor an id, and none of them is the last: one that was lost, moved or doubled does not show, unless
its text is so long that no model writes it twice.

Source: writer-sdk 3.0.0, `types/completion_chunk.py`; a recorded stream.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.apis._kit.values import Texts
from streamkit.model.grammar import Misstep
from streamkit.model.stream import Stream

KINDS = frozenset({"cumulative-content", "repeated-delta", "unknown-event"})
"""Every misstep that these checks can give, each the name of its rule."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Every misstep of such a stream, in order of chunks."""
    texts = Texts()
    for chunk, entry in enumerate(stream.chunks):
        if "value" not in entry and "error" not in entry:
            yield Misstep("unknown-event", chunk, "the chunk has none of this API's fields", "$")
        yield from texts.add(chunk, "$.value", entry.get("value"))
