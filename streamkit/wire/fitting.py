"""Find the templates of records that follow each other, and which of the records fit which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import compress, count, islice, pairwise
from operator import itemgetter, ne, not_
from typing import NamedTuple, Protocol

from streamkit.wire.runs import Sizes
from streamkit.wire.templates import Form

LEAST = 12
"""Records: for fewer, a template costs more than it saves."""

_MOST_FAILURES = 4
_MOST_TEMPLATES = 8

Forms = list[tuple[Form | None, int]]
"""The forms of records in order, and how many records have each."""


class Fit(NamedTuple):
    """The records that fit a template: which (None if all do), and of those the forms. Of lines of a recording also the time
    and the size of each frame."""

    which: list[bool] | None
    forms: Forms
    at: list[int | None]
    sizes: Sizes


class Template(Protocol):
    """What recognises records."""

    def fit(self, records: list[bytes]) -> Fit | None:
        """Return which of these records fit, None if none does."""
        ...


class Fitting:
    """The templates of one stream, learned while its records are read.

    `make` makes a template of a record and one near it, or returns None if there is none.
    """

    __slots__ = ("_failures", "_make", "templates")

    def __init__(self, make: Callable[[bytes, bytes], Template | None]) -> None:
        self._make = make
        self._failures = 0
        self.templates: list[Template] = []

    @property
    def given_up(self) -> bool:
        """Whether the records of this stream do not repeat each other."""
        return self._failures >= _MOST_FAILURES

    def take(self, records: list[bytes]) -> Unfitted:
        """Return the records, with the fits of those that fit a template."""
        left = Unfitted(records)
        if self.given_up:
            return left
        for template in self.templates:
            left.apply(template)
        while len(left.records) >= LEAST and self._learn(left):
            pass
        return left

    def _learn(self, left: Unfitted) -> bool:
        """Make a template of one of the records that are left, and apply it. Return whether it was worth while."""
        if self.given_up or len(self.templates) >= _MOST_TEMPLATES:
            return False
        records, places, fits = left.records, left.places, len(left.fits)
        template = self._make(records[len(records) // 2], records[len(records) // 2 - 1])
        if template is not None:
            left.apply(template)
            if len(left.records) * 2 <= len(records):
                self.templates.append(template)
                return True
            left.records, left.places = records, places
            del left.fits[fits:]
        self._failures += 1
        return False


class Unfitted:
    """The records that fit no template so far, by their places, and the fits of the others."""

    __slots__ = ("fits", "places", "records")

    def __init__(self, records: list[bytes]) -> None:
        self.records = records
        self.places: Sequence[int] = range(len(records))
        self.fits: list[tuple[Sequence[int], Fit]] = []

    def apply(self, template: Template) -> None:
        """Take out the records that fit."""
        if len(self.records) < LEAST:
            return
        fit = template.fit(self.records)
        if fit is None:
            return
        if fit.which is None:
            self.fits.append((self.places, fit))
            self.records, self.places = [], []
            return
        self.fits.append((list(compress(self.places, fit.which)), fit))
        others = list(map(not_, fit.which))
        self.records = list(compress(self.records, others))
        self.places = list(compress(self.places, others))

    def in_order(self, others: Fit) -> Fit:
        """Return what was found in the order of all records; `others` is what is known of those that are left."""
        if not self.places and len(self.fits) == 1:
            return self.fits[0][1]
        found = Fit(None, [], [], Sizes())
        pieces = [piece for places, fit in [*self.fits, (self.places, others)] for piece in _pieces(places, fit)]
        for _, piece in sorted(pieces, key=itemgetter(0)):
            found.forms.extend(piece.forms)
            found.at.extend(piece.at)
            found.sizes.add(piece.sizes)
        return found


def _pieces(places: Sequence[int], fit: Fit) -> Iterator[tuple[int, Fit]]:
    """Yield the parts of a fit whose records follow each other, with the place of their first record."""
    if not places:
        return
    if places[-1] - places[0] + 1 == len(places):
        yield places[0], fit
        return
    each = [form for form, number in fit.forms for _ in range(number)]
    sizes = fit.sizes.each()
    starts = [0, *compress(count(1), map(ne, islice(places, 1, None), map((1).__add__, places))), len(places)]
    for start, stop in pairwise(starts):
        forms: Forms = [(form, 1) for form in each[start:stop]]
        part = sizes[start:stop]
        yield places[start], Fit(None, forms, fit.at[start:stop], Sizes(sum(part), partial(list, part)))
