"""Items in runs: many that are known by their form alone, between others."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby, islice
from typing import TypeVar

from streamkit.wire.templates import Form

_T = TypeVar("_T")


class FormRuns:
    """The form of each of many items, None if it has none: a few runs instead of one entry per item."""

    __slots__ = ("_forms", "_stops")

    def __init__(self) -> None:
        self._forms: list[Form | None] = []
        self._stops: list[int] = []

    def __len__(self) -> int:
        return self._stops[-1] if self._stops else 0

    def __getitem__(self, index: int) -> Form | None:
        return self._forms[bisect_right(self._stops, index)]

    def run_at(self, index: int) -> tuple[Form | None, int]:
        """Return the form of an item, and the number of the one after the last of its run."""
        position = bisect_right(self._stops, index)
        return self._forms[position], self._stops[position]

    def __iter__(self) -> Iterator[tuple[Form | None, int, int]]:
        """Yield the runs: the form, the first item and the one after the last."""
        start = 0
        for form, stop in zip(self._forms, self._stops, strict=True):
            yield form, start, stop
            start = stop

    def add(self, form: Form | None, count: int) -> None:
        """Add items at the end."""
        if not count:
            return
        if self._forms and self._forms[-1] is form:
            self._stops[-1] += count
        else:
            self._stops.append(len(self) + count)
            self._forms.append(form)

    def add_each(self, forms: Iterable[Form | None]) -> None:
        """Add items with these forms."""
        for form, group in groupby(forms):
            self.add(form, sum(1 for _ in group))

    def between(self, start: int, stop: int) -> FormRuns:
        """Return those of the items from `start` up to `stop`."""
        found = FormRuns()
        index = bisect_right(self._stops, start)
        for form, end in islice(zip(self._forms, self._stops, strict=True), index, None):
            if start >= stop:
                break
            found.add(form, min(end, stop) - start)
            start = end
        return found

    def known(self) -> list[Form]:
        """Return the different forms."""
        return [form for form in dict.fromkeys(self._forms) if form is not None]


class Sizes:
    """The number of bytes of each of many items, counted when they are looked at; `total` is that of all of them."""

    __slots__ = ("_parts", "total")

    def __init__(self, total: int = 0, each: Callable[[], Sequence[int]] = tuple) -> None:
        self._parts = [each]
        self.total = total

    @staticmethod
    def of(items: Sequence[bytes]) -> Sizes:
        """Return the sizes of these items."""
        sizes = list(map(len, items))
        return Sizes(sum(sizes), partial(list, sizes))

    def add(self, others: Sizes) -> None:
        """Add items at the end."""
        self._parts += others._parts
        self.total += others.total

    def each(self) -> list[int]:
        """Return the sizes one by one."""
        found: list[int] = []
        for part in self._parts:
            found += part()
        return found


class Repeating(list[_T]):
    """A list whose items repeat each other: `forms` are those of its items."""

    __slots__ = ("forms",)

    def __init__(self, items: Iterable[_T], forms: FormRuns) -> None:
        super().__init__(items)
        self.forms = forms
