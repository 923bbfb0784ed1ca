"""Consistency checks on the values of a stream: repeated fields, counters, sums, and full texts against their deltas."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

import orjson

from streamkit.apis._kit.repeats import repeats
from streamkit.model.finding import Severity
from streamkit.model.grammar import Misstep
from streamkit.model.wording import describe

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
"""The missteps that these checks can report. An API declares those of the checks it uses."""

_MIN_RESTATED = 16
"""Characters. A delta that repeats a shorter delta before it may be what the model wrote."""
_OFTEN = 4
"""Times in a row. Even a short text that grows this often is not what the model wrote."""


class Repeated:
    """Values that must not change once given, in the whole stream or for one `key`, such as a block or a tool call."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, object], Any] = {}

    def check(
        self, chunk: int, path: str, value: Any, *, key: object = None, name: str = "", kind: str = "value-changed"
    ) -> Iterator[Misstep]:
        """Yield a misstep if the value differs from the first one given. Null and empty values are ignored.

        `name` identifies the value if it appears under different paths; by default the last member of `path` does.
        """
        if value in (None, "", [], {}):
            return
        name = name or path.rpartition(".")[2]
        first = self._first.setdefault((name, key), value)
        if value != first:
            yield Misstep(kind, chunk, f"{name} is {describe(value)}, but was {describe(first)} before", path)

    def known(self, name: str, key: object) -> bool:
        """Return whether a value of this name has been given."""
        return (name, key) in self._first


class Restated:
    """Detects deltas that repeat earlier text. `last` is the last delta of each text."""

    def __init__(self) -> None:
        self.last: dict[object, str] = {}
        self._times: dict[object, int] = {}

    def is_new(self, key: object, text: str) -> bool:
        """Add a delta and return True, unless it begins with the previous delta: then `add` has to check it."""
        last = self.last.get(key)
        if last and text.startswith(last):
            return False
        self.last[key] = text
        if self._times:
            self._times.pop(key, None)
        return True

    def put(self, key: object, text: str) -> None:
        """Add a delta that does not begin with the previous one."""
        self.last[key] = text
        self._times.pop(key, None)

    def add(self, chunk: int, path: str, text: Any, *, key: object = 0) -> Iterator[Misstep]:
        """Add a delta. Yield a misstep if it repeats the previous delta, or extends it several times in a row."""
        if type(text) is not str or not text:
            return
        last = self.last.get(key, "")
        self.last[key] = text
        if text == last and repeats(text):
            yield Misstep("repeated-delta", chunk, "the delta repeats the text of the previous delta", path)
        if not last or len(text) <= len(last) or not text.startswith(last):
            self._times[key] = 0
            return
        times = self._times[key] = self._times.get(key, 0) + 1
        if times >= (2 if len(last) >= _MIN_RESTATED else _OFTEN):
            message = "the delta contains the whole previous delta: the text so far instead of the new text"
            yield Misstep("cumulative-content", chunk, message, path)


class PartTexts:
    """The text of each part of a stream, collected from its deltas."""

    def __init__(self) -> None:
        self._pieces: dict[object, list[str]] = {}
        self._restated = Restated()
        self._compared: set[object] = set()

    def add(self, chunk: int, path: str, text: Any, *, key: object = 0) -> Iterator[Misstep]:
        """Add a delta. Yield a misstep if it repeats the previous delta, or extends it several times in a row."""
        if type(text) is str and text:
            self._pieces.setdefault(key, []).append(text)
            yield from self._restated.add(chunk, path, text, key=key)

    def text(self, key: object = 0) -> str:
        """Return the text of a part so far."""
        return "".join(self._pieces.get(key, ()))

    def check_whole(
        self, chunk: int, path: str, text: Any, *, key: object = 0, prompt: bool = False, place: str = ""
    ) -> Iterator[Misstep]:
        """Yield a misstep if the full text that an event gives differs from the text of the deltas.

        With `prompt`, the full text may begin with the prompt. Only the first full text of each part is compared, in each of the
        places where the API gives it.
        """
        if (place, key) in self._compared:
            return
        self._compared.add((place, key))
        if type(text) is not str or (prompt and text.strip().endswith(self.text(key).strip()) and self.text(key)):
            return
        if text.strip() != self.text(key).strip():
            message = f"the full text has {len(text)} characters, but the deltas add up to {len(self.text(key))}"
            if len(text) == len(self.text(key)):
                message = "the full text differs from the text of the deltas"
            yield Misstep("whole-differs", chunk, message, path)


class Counter:
    """A number or a time that advances with every chunk."""

    def __init__(self, *, step: int | None = None, repeats: bool = False) -> None:
        self._step = step
        self._repeats = repeats
        self._last: Any = None

    def next(self, chunk: int, path: str, value: Any) -> Iterator[Misstep]:
        """Yield a misstep if the value decreases, repeats where it must not, or skips a step."""
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


def instant(written: Any) -> str | None:
    """Return an RFC 3339 time in UTC in a form that sorts as text (nine digits of fraction), or None if it is not one."""
    if type(written) is not str or not written.endswith("Z"):
        return None
    seconds, _, fraction = written[:-1].partition(".")
    return f"{seconds}.{fraction:0<9}"


def second_end_severity(kind: str) -> Severity | None:
    """Return "warning" for a second end, from which no measured client suffers, and None (the rule's own) otherwise."""
    return "warning" if kind == "repeated-finish" else None


def check_total(chunk: int, path: str, counts: Any, whole: str, *ways: Sequence[str]) -> Iterator[Misstep]:
    """Yield a misstep if the count `whole` is not the sum of its parts.

    `ways` are the accepted lists of parts; one of them must add up. A missing part counts as 0.
    """
    if type(counts) is not dict or type(counts.get(whole)) is not int:
        return
    values = [[counts.get(part) or 0 for part in parts] for parts in ways]
    if any(type(value) is not int for parts in values for value in parts):
        return
    sums = [sum(parts) for parts in values]
    if counts[whole] not in sums:
        message = f"{whole} is {counts[whole]}, but {' + '.join(ways[0])} is {sums[0]}"
        yield Misstep("usage-total-mismatch", chunk, message, f"{path}.{whole}")


def check_not_decreasing(chunk: int, path: str, counts: Mapping[str, Any], before: dict[str, int]) -> Iterator[Misstep]:
    """Yield a misstep for each running count that is less than `before`, and update `before`. Counts of 0 are ignored."""
    for name, value in counts.items():
        if type(value) is int and value:
            if value < before.get(name, value):
                message = f"{name} is {value}, but was {before[name]} before"
                yield Misstep("usage-decreasing", chunk, message, f"{path}.{name}")
            before[name] = value


class Calls:
    """The tool calls of a stream: their ids, and their arguments collected from the deltas."""

    def __init__(self) -> None:
        self._ids: dict[str, object] = {}
        self._opened: dict[object, int] = {}
        self._arguments: dict[object, list[str]] = {}

    def __len__(self) -> int:
        return len(self._opened)

    def open(self, chunk: int, path: str, key: object, id: Any) -> Iterator[Misstep]:
        """Begin a call. Yield a misstep if its id is empty or belongs to another call."""
        self._opened.setdefault(key, chunk)
        if id == "":
            yield Misstep("empty-id", chunk, "the id of a tool call is empty", path)
        elif type(id) is str and self._ids.setdefault(id, key) != key:
            yield Misstep("shared-tool-id", chunk, f"two tool calls have the id {describe(id)}", path)

    def arguments(self, key: object, text: Any) -> None:
        """Add a piece of a call's arguments."""
        if type(text) is str:
            self._arguments.setdefault(key, []).append(text)

    def text(self, key: object) -> str:
        """Return the arguments of a call so far."""
        return "".join(self._arguments.get(key, ()))

    def invalid_arguments(self, *, cut: bool, ignore: Container[object] = ()) -> Iterator[Misstep]:
        """Yield a misstep for each call whose arguments are not a JSON object, except the calls in `ignore`.

        `cut` says that the answer ended at its length limit, which makes the missteps warnings.
        """
        for key, chunk in self._opened.items():
            text = self.text(key)
            if text and key not in ignore and not _is_json_object(text):
                message = "the joined arguments of a tool call are not a JSON object"
                yield Misstep("tool-args-invalid-json", chunk, message, "$", "warning" if cut else None)


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False
