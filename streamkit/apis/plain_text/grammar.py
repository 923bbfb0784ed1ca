"""The lawful order of a stream of plain text: texts, then perhaps a marker that ends it.

No protocol says more, and so no more is judged: any text may come in any order, under any name. What is found is text after
the marker, a long text that comes twice in a row, and texts that each repeat all of the one before.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.apis._kit.misfits import describe
from streamkit.apis._kit.reading import as_string
from streamkit.apis._kit.values import Texts
from streamkit.apis.plain_text.markers import MARKERS
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream

GRAMMAR = Grammar(
    name="a text",
    start="open",
    steps={("open", "text"): "open", ("open", "marker"): "ended"},
    missteps={("ended", "text"): "after-end"},
    ends=frozenset({"open", "ended"}),
)
"""A second marker is lawful: many servers send an event called `done` and then `[DONE]`."""

KINDS = GRAMMAR.kinds | {"cumulative-content", "repeated-delta"}
"""Every misstep that these checks can give, each the name of its rule."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Every misstep of a text, in order of events."""
    walk, texts = Walk(GRAMMAR), Texts()
    marker = ""
    for chunk, event in enumerate(stream.chunks):
        name, data = as_string(event.get("event")), event.get("data")
        if name in MARKERS:
            marker = name
            walk.step(0, "marker")
        elif name != "error" and data:
            wrong = walk.step(0, "text")
            if wrong is not None:
                yield Misstep(wrong, chunk, f"text comes after the event {describe(marker)}", "$.data", "warning")
            yield from texts.add(chunk, "$.data", data)
