"""The allowed order of a plain-text stream: text, optionally followed by a marker that ends it.

Since there is no protocol, nothing else is checked: any text may come in any order, under any name. The checks find
text after the marker, a long text repeated immediately, and texts that each contain the whole previous one.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.apis._kit.reading import as_string
from streamkit.apis._kit.values import PartTexts
from streamkit.apis.plain_text.markers import MARKERS
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe

GRAMMAR = Grammar(
    name="a text",
    start="open",
    steps={("open", "text"): "open", ("open", "marker"): "ended"},
    missteps={("ended", "text"): "after-end"},
    ends=frozenset({"open", "ended"}),
)
"""A second marker is allowed: many servers send an event called `done` and then `[DONE]`."""

KINDS = GRAMMAR.kinds | {"cumulative-content", "repeated-delta"}
"""Every misstep that these checks can report; each is the name of a rule."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a plain-text stream in the order of its events."""
    walk, texts = Walk(GRAMMAR), PartTexts()
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
