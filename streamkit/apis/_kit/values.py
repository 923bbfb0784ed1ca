"""What the values of a stream's chunks must agree in: what is repeated, what counts up, what makes a sum, what is a whole."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

import orjson

from streamkit.apis._kit.misfits import describe
from streamkit.apis._kit.repeats import repeats
from streamkit.model.finding import Severity
from streamkit.model.grammar import Misstep

KINDS = frozenset(
    {
        "counter-order",
        "cumulative-content",
        "empty-id",
        "repeated-delta",
        "shared-tool-id",
        "tool-args-invalid-json",
        "usage-decreasing",
        "usage-total-mismatch",
        "value-changed",
        "whole-differs",
    }
)
"""Every misstep that these checks can give; an API that uses some of them declares those."""

_RESTATED = 16
"""Characters: a delta that repeats fewer of the delta before it may well be what the model wrote."""


class Repeated:
    """Values that every chunk repeats: the first that is given holds for the stream, or for the thing that `of` names."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, object], Any] = {}

    def same(
        self, chunk: int, path: str, value: Any, *, of: object = None, name: str = "", kind: str = "value-changed"
    ) -> Iterator[Misstep]:
        """A misstep where the value at this path is not the one before. What is null or empty says nothing.

        `name` is what the value is called, where it stands under several names.
        """
        if value in (None, "", [], {}):
            return
        name = name or path.rpartition(".")[2]
        first = self._first.setdefault((name, of), value)
        if value != first:
            yield Misstep(kind, chunk, f"{name} is {describe(value)}, and was {describe(first)} before", path)

    def known(self, name: str, of: object) -> bool:
        """Whether a value of this name was given."""
        return (name, of) in self._first


class Texts:
    """The text of each part, as its deltas give it."""

    def __init__(self) -> None:
        self._pieces: dict[object, list[str]] = {}
        self._restated: dict[object, int] = {}
        self._told: set[object] = set()

    def piece(self, chunk: int, path: str, text: Any, *, of: object = 0) -> Iterator[Misstep]:
        """Take a delta; a misstep where it is the one before over again, or, twice in a row, the text so far."""
        if type(text) is not str or not text:
            return
        pieces = self._pieces.setdefault(of, [])
        last = pieces[-1] if pieces else ""
        pieces.append(text)
        if text == last and repeats(text):
            yield Misstep("repeated-delta", chunk, "the text is that of the delta before, over again", path)
        if len(last) < _RESTATED or len(text) <= len(last) or not text.startswith(last):
            self._restated[of] = 0
            return
        self._restated[of] = self._restated.get(of, 0) + 1
        if self._restated[of] >= 2:
            message = "the text repeats all of the delta before and goes on: the text so far, not what is new"
            yield Misstep("cumulative-content", chunk, message, path)

    def text(self, of: object = 0) -> str:
        """The text of a part so far."""
        return "".join(self._pieces.get(of, ()))

    def whole(self, chunk: int, path: str, text: Any, *, of: object = 0, prompt: bool = False) -> Iterator[Misstep]:
        """A misstep where an event tells a part's whole text, and its deltas give another.

        With `prompt`, the whole may begin with what was asked. It is held against the deltas when it is first told.
        """
        if of in self._told:
            return
        self._told.add(of)
        if type(text) is not str or (prompt and text.strip().endswith(self.text(of).strip()) and self.text(of)):
            return
        if text.strip() != self.text(of).strip():
            message = f"{len(text)} characters are told as the whole, and the deltas give {len(self.text(of))}"
            if len(text) == len(self.text(of)):
                message = "the text that is told as the whole is not that of the deltas"
            yield Misstep("whole-differs", chunk, message, path)


class Counter:
    """A number or a time that goes on with every chunk."""

    def __init__(self, *, step: int | None = None, repeats: bool = False) -> None:
        self._step = step
        self._repeats = repeats
        self._last: Any = None

    def next(self, chunk: int, path: str, value: Any) -> Iterator[Misstep]:
        """A misstep where the value goes back, is repeated where it must not be, or leaves some out."""
        last = self._last
        if type(value) not in (int, str, tuple) or (last is not None and type(value) is not type(last)):
            return
        self._last = value
        if last is None:
            return
        name = path.rpartition(".")[2]
        wrong = value != last + self._step if self._step else value < last or (value == last and not self._repeats)
        if wrong:
            message = f"{name} is {describe(value)} after {describe(last)}"
            yield Misstep("counter-order", chunk, message, path)


def again(kind: str) -> Severity | None:
    """How grave a second end is where no client was measured that suffers from it; None, the rule's own, of all else."""
    return "warning" if kind == "repeated-finish" else None


def total(chunk: int, path: str, counts: Any, whole: str, *ways: Sequence[str]) -> Iterator[Misstep]:
    """A misstep where the count `whole` is not its parts together, in none of the `ways` in which they are told.

    A part that is missing counts nothing.
    """
    if type(counts) is not dict or type(counts.get(whole)) is not int:
        return
    values = [[counts.get(part) or 0 for part in parts] for parts in ways]
    if any(type(value) is not int for parts in values for value in parts):
        return
    sums = [sum(parts) for parts in values]
    if counts[whole] not in sums:
        message = f"{whole} is {counts[whole]}, and {' + '.join(ways[0])} is {sums[0]}"
        yield Misstep("usage-total-mismatch", chunk, message, f"{path}.{whole}")


def decreasing(chunk: int, path: str, counts: Mapping[str, Any], before: dict[str, int]) -> Iterator[Misstep]:
    """A misstep for each running count that is less than before; a count of 0 says nothing. `before` is brought up to date."""
    for name, value in counts.items():
        if type(value) is int and value:
            if value < before.get(name, value):
                message = f"{name} is {value}, and was {before[name]} before"
                yield Misstep("usage-decreasing", chunk, message, f"{path}.{name}")
            before[name] = value


class Calls:
    """The tool calls of a stream: their ids, and their arguments as the deltas give them."""

    def __init__(self) -> None:
        self._ids: dict[str, object] = {}
        self._opened: dict[object, int] = {}
        self._arguments: dict[object, list[str]] = {}

    def __len__(self) -> int:
        return len(self._opened)

    def open(self, chunk: int, path: str, key: object, id: Any) -> Iterator[Misstep]:
        """A call begins. A misstep where its id is empty, or another call's."""
        self._opened.setdefault(key, chunk)
        if id == "":
            yield Misstep("empty-id", chunk, "the id of a tool call is empty", path)
        elif type(id) is str and self._ids.setdefault(id, key) != key:
            yield Misstep("shared-tool-id", chunk, f"two tool calls have the id {describe(id)}", path)

    def arguments(self, key: object, text: Any) -> None:
        """Take a piece of a call's arguments."""
        if type(text) is str:
            self._arguments.setdefault(key, []).append(text)

    def text(self, key: object) -> str:
        """The arguments of a call so far."""
        return "".join(self._arguments.get(key, ()))

    def unreadable(self, *, cut: bool, but: Container[object] = ()) -> Iterator[Misstep]:
        """The calls whose arguments are no JSON object, `but` those that need not be; `cut` tells that the answer ended at
        its length."""
        for key, chunk in self._opened.items():
            text = self.text(key)
            if text and key not in but and not _is_object(text):
                message = "the arguments of a tool call, put together, are no JSON object"
                yield Misstep("tool-args-invalid-json", chunk, message, "$", "warning" if cut else None)


def _is_object(text: str) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False
