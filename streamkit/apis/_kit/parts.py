"""The order that most event APIs share: a message opens, its parts are opened, grown and closed one after another, it ends.

An API says what each of its events is in these words; the walk tells what is out of order. Parts are known by a family
and an index, and each family counts its own from 0: the content blocks of a message, its tool calls.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.grammar import Grammar, Misstep, Walk

Key = tuple[str, int]

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
"""Without its end, the stream is truncated: what tells that of every API tells it here, too."""

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
"""A `piece` is a delta that may open its part by itself; a `delta` needs the event that opens it."""

_CALLS = ("toolUse", "function_call")

KINDS = MESSAGE.kinds | PART.kinds | {"part-type-mismatch"}
"""Every misstep that the walk can give, each the name of its rule."""


class PartsWalk:
    """One message being walked.

    `opening` and `closing` are the API's names of its first and last event. The parts of the families `beside` may be open
    while another is. A stream that is `resumed` begins in the middle of its message.
    """

    def __init__(self, opening: str, closing: str, *, beside: tuple[str, ...] = (), resumed: bool = False) -> None:
        self._beside = beside
        self._names = {"start": opening, "end": closing}
        self._message = Walk(MESSAGE)
        self._parts = Walk(PART)
        self._open: dict[Key, None] = {}
        self._counts: dict[str, int] = {}
        self.kinds: dict[Key, str] = {}
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
            yield Misstep(wrong, chunk, f"more comes after {closing}", path)

    def part(self, chunk: int, symbol: str, key: Key, kind: str = "", path: str = "$") -> Iterator[Misstep]:
        """Take a step of a part: `open`, `piece`, `delta` or `close`. `kind` is the type that the event gives it."""
        yield from self.message(chunk, "part", path)
        family, index = key
        state = self._parts.state(key)
        if state == "new" and symbol in ("open", "piece"):
            yield from self._begun(chunk, key, path)
        wrong = self._parts.step(key, symbol)
        if self._parts.state(key) != "open":
            self._open.pop(key, None)
        elif family not in self._beside:
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

    def _begun(self, chunk: int, key: Key, path: str) -> Iterator[Misstep]:
        family, index = key
        if self._open and family not in self._beside:
            name, number = next(iter(self._open))
            message = f"{family} {index} is opened while {name} {number} is open"
            yield Misstep("part-order", chunk, message, path)
        following = self._counts.get(family, 0)
        self._counts[family] = following + 1
        if index != following:
            yield Misstep("part-order", chunk, f"{family} {index} is opened, and {following} comes next", path)

    def unclosed(self) -> Iterator[Misstep]:
        """The parts that are open at the end of a stream that was not cut."""
        for key, wrong in self._parts.unfinished():
            assert isinstance(key, tuple)
            # A client hands on a call when it is closed, and text as it comes.
            tool = key[0] == "tool call" or self.kinds.get(key) in _CALLS
            yield Misstep(wrong, None, f"{key[0]} {key[1]} is never closed", severity="error" if tool else None)
