"""The order that most event APIs share: a message starts, its parts are opened, extended and closed one after another,
and the message ends.

An API maps its events to these steps, and the walk reports those out of order. A part (a content block, a tool call) is
identified by its family and its index; each family counts its parts from 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.grammar import Grammar, Misstep, Walk

PartKey = tuple[str, int]

MESSAGE = Grammar(
    name="a message in parts",
    start="start",
    steps={
        ("start", "start"): "open",
        ("start", "part"): "open",
        ("start", "end"): "ended",
        ("open", "part"): "open",
        ("open", "end"): "ended",
    },
    missteps={
        ("start", "part"): "missing-start",
        ("start", "end"): "missing-start",
        ("open", "start"): "repeated-start",
        ("ended", "start"): "repeated-start",
        ("ended", "part"): "after-end",
        ("ended", "end"): "after-end",
    },
    ends=frozenset({"start", "open", "ended"}),
)
"""A missing end is not a misstep here: the stream's verdict is then "truncated", as for every API."""

PART = Grammar(
    name="a part of a message",
    start="new",
    steps={("new", "open"): "open", ("new", "piece"): "open", ("open", "close"): "closed"},
    missteps={
        ("new", "delta"): "unopened-part",
        ("new", "close"): "unopened-part",
        ("open", "open"): "part-order",
        ("closed", "open"): "part-order",
        ("closed", "piece"): "unopened-part",
        ("closed", "delta"): "unopened-part",
        ("closed", "close"): "unopened-part",
    },
    ends=frozenset({"new", "closed"}),
    unfinished={"open": "unclosed-part"},
)
"""A `piece` is a delta that may open its part implicitly; a `delta` needs an event that opens the part first."""

_CALLS = ("toolUse", "function_call")

KINDS = MESSAGE.kinds | PART.kinds | {"part-type-mismatch"}
"""Every misstep that the walk can report; each is the name of a rule."""


def reusable_part(name: str) -> Grammar:
    """Return the order of a part that has a start, deltas and an end, and whose ID may be used again once it has ended."""
    return Grammar(
        name=name,
        start="new",
        steps={
            ("new", "start"): "open",
            ("closed", "start"): "open",
            ("open", "delta"): "open",
            ("open", "end"): "closed",
        },
        missteps={
            ("open", "start"): "part-order",
            ("new", "delta"): "unopened-part",
            ("new", "end"): "unopened-part",
            ("closed", "delta"): "unopened-part",
            ("closed", "end"): "unopened-part",
        },
        ends=frozenset({"new", "closed"}),
        unfinished={"open": "unclosed-part"},
    )


class PartsWalk:
    """A walk through one message.

    `opening` and `closing` are the API's names for its first and last event. Parts of the families in `concurrent` may be
    open at the same time as others. A `resumed` stream begins in the middle of its message.
    """

    def __init__(self, opening: str, closing: str, *, concurrent: tuple[str, ...] = (), resumed: bool = False) -> None:
        self._concurrent = concurrent
        self._names = {"start": opening, "end": closing}
        self._message = Walk(MESSAGE)
        self._parts = Walk(PART)
        self._open: dict[PartKey, None] = {}
        self._counts: dict[str, int] = {}
        self.kinds: dict[PartKey, str] = {}
        if resumed:
            self._message.step(0, "start")

    def message(self, chunk: int, symbol: str, path: str = "$") -> Iterator[Misstep]:
        """Take a step of the message: `start`, `part` or `end`."""
        wrong = self._message.step(0, symbol)
        opening, closing = self._names["start"], self._names["end"]
        if wrong == "missing-start":
            yield Misstep(wrong, chunk, f"the stream begins without {opening}", path)
        elif wrong == "repeated-start":
            yield Misstep(wrong, chunk, f"a second {opening}", path)
        elif wrong is not None:
            yield Misstep(wrong, chunk, f"the stream continues after {closing}", path)

    def part(self, chunk: int, symbol: str, key: PartKey, kind: str = "", path: str = "$") -> Iterator[Misstep]:
        """Take a step of a part: `open`, `piece`, `delta` or `close`. `kind` is the type that the event gives the part."""
        yield from self.message(chunk, "part", path)
        family, index = key
        state = self._parts.state(key)
        if state == "new" and symbol in ("open", "piece"):
            yield from self._check_opening(chunk, key, path)
        wrong = self._parts.step(key, symbol)
        if self._parts.state(key) != "open":
            self._open.pop(key, None)
        elif family not in self._concurrent:
            self._open[key] = None
        if wrong == "unopened-part":
            why = "has been closed" if state == "closed" else "was never opened"
            yield Misstep(wrong, chunk, f"an event for {family} {index}, which {why}", path)
        elif wrong is not None:
            yield Misstep(wrong, chunk, f"{family} {index} is opened a second time", path)
        if not kind:
            return
        known = self.kinds.setdefault(key, kind) or kind
        if known != kind and symbol != "open":
            message = f"a delta of type {kind} for {family} {index}, which is of type {known}"
            yield Misstep("part-type-mismatch", chunk, message, path)

    def _check_opening(self, chunk: int, key: PartKey, path: str) -> Iterator[Misstep]:
        family, index = key
        if self._open and family not in self._concurrent:
            name, number = next(iter(self._open))
            message = f"{family} {index} is opened while {name} {number} is open"
            yield Misstep("part-order", chunk, message, path)
        expected = self._counts.get(family, 0)
        self._counts[family] = expected + 1
        if index != expected:
            yield Misstep("part-order", chunk, f"{family} {index} is opened, but {expected} was expected", path)

    def unclosed(self) -> Iterator[Misstep]:
        """Yield a misstep for each part that is still open at the end of a complete stream."""
        for key, wrong in self._parts.unfinished():
            assert isinstance(key, tuple)
            # Clients pass on text as it arrives, but a tool call only when it is closed.
            tool = key[0] == "tool call" or self.kinds.get(key) in _CALLS
            yield Misstep(wrong, None, f"{key[0]} {key[1]} is never closed", severity="error" if tool else None)
