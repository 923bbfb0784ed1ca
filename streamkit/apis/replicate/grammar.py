"""The allowed order of a prediction's stream: `output` events, then `done`. Each event has a unique id.

Source: replicate.com/docs, "Streaming output": an id is a time in milliseconds and a number, `1690212292:0`.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.apis._kit.values import Counter, PartTexts, second_end_severity
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe

GRAMMAR = Grammar(
    name="a prediction",
    start="open",
    steps={("open", "output"): "open", ("open", "done"): "finished"},
    missteps={("finished", "output"): "delta-after-finish", ("finished", "done"): "repeated-finish"},
    ends=frozenset({"open", "finished"}),
)

KINDS = GRAMMAR.kinds | {"counter-order", "cumulative-content", "repeated-delta", "unknown-event"}
"""Every misstep that these checks can report; each is the name of a rule."""

_SYMBOLS = {"output": "output", "logs": "output", "error": "output", "done": "done"}


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a prediction in the order of its events."""
    walk, texts, ids = Walk(GRAMMAR), PartTexts(), Counter()
    for chunk, event in enumerate(stream.chunks):
        name = event.get("event")
        symbol = _SYMBOLS.get(str(name))
        if symbol is None:
            yield Misstep("unknown-event", chunk, f"unknown event {describe(name)}", "$.event")
            continue
        wrong = walk.step(0, symbol)
        if wrong is not None:
            yield Misstep(wrong, chunk, f"{name} comes after done", "$.event", second_end_severity(wrong))
        if name in ("output", "done"):
            yield from ids.next(chunk, "id", _id(stream, chunk))
        if name == "output":
            yield from texts.add(chunk, "$.data", event.get("data"))


def _id(stream: Stream, chunk: int) -> tuple[int, int] | None:
    """Return the time and the number in a chunk's id, or None if it has no such id."""
    ids = stream.events.ids
    time, colon, number = (ids[stream.chunk_events[chunk]] if ids is not None else "").partition(":")
    known = colon and time.isdecimal() and number.isdecimal() and len(time) + len(number) < 40
    return (int(time), int(number)) if known else None
