"""Payloads of a stream that repeat each other: their forms, by templates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress, repeat
from operator import and_, itemgetter

from streamkit.wire.fitting import Fit, Fitting
from streamkit.wire.runs import FormRuns
from streamkit.wire.templates import (
    Form,
    Unfit,
    check_numbers,
    check_texts,
    filled_with,
    forms_of,
    holes_of,
    separated,
)

_BATCH = 256
"""Payloads that are compared together: few enough to stay in the cache."""


class _Template:
    """Payloads that differ in their holes alone. Its numbers are integers from 1, as that of the example is."""

    __slots__ = ("_finders", "_first", "_forms", "_last", "_least", "_pieces", "_texts")

    def __init__(self, pieces: list[bytes], texts: list[bool]) -> None:
        self._pieces = pieces
        self._texts = texts
        self._first, self._last = pieces[0], pieces[-1]
        self._finders = [re.compile(re.escape(piece)) for piece in pieces[1:-1]]
        self._least = len(self._first) + len(self._last)
        self._forms: dict[tuple[bool, ...], Form] = {}

    @staticmethod
    def of(payload: bytes, other: bytes) -> _Template | None:
        """Return the template of a payload, which is a JSON object; None if it has no holes. `other` is one near it."""
        found = holes_of(payload, other)
        return None if found is None else _Template(*found)

    def fit(self, payloads: Sequence[bytes]) -> Fit | None:
        """Return which of these payloads fit, if there are any."""
        begins = list(map(bytes.startswith, payloads, repeat(self._first)))
        ends = list(map(bytes.endswith, payloads, repeat(self._last)))
        which = None
        if not (all(begins) and all(ends)) or min(map(len, payloads)) < self._least:
            which = list(map(and_, map(and_, begins, ends), map(self._least.__le__, map(len, payloads))))
            payloads = list(compress(payloads, which))
            if not payloads:
                return None
        flat = list(map(itemgetter(slice(len(self._first), -len(self._last))), payloads))
        try:
            if self._finders:
                within, flat = separated(flat, self._pieces[1:-1], self._finders)
                if within is not None:
                    rest = iter(within)
                    which = within if which is None else [held and next(rest) for held in which]
            self._check(flat)
        except Unfit:
            return None
        return Fit(which, forms_of(flat, len(self._texts), self._form), [], [])

    def _check(self, flat: list[bytes]) -> None:
        check_texts(flat)
        for index, is_text in enumerate(self._texts):
            if not is_text:
                numbers = check_numbers(flat[index :: len(self._texts)])
                if set(map(type, numbers)) != {int} or min(numbers) < 1:
                    raise Unfit

    def _form(self, empty: tuple[bool, ...]) -> Form:
        form = self._forms.get(empty)
        if form is None:
            filled = filled_with(self._pieces, self._texts, empty)
            form = self._forms[empty] = Form(filled, "", 0, 0, empty=empty, has_numbers=not all(self._texts))
        return form


def forms_in(payloads: Sequence[bytes]) -> FormRuns:
    """Return the forms of payloads. Each payload is a JSON object."""
    found = FormRuns()
    fitting = Fitting(_Template.of)
    for start in range(0, len(payloads), _BATCH):
        batch = list(payloads[start : start + _BATCH])
        left = fitting.take(batch)
        for form, count in left.in_order(Fit(None, [(None, len(left.records))], [], [])).forms:
            found.add(form, count)
    return found
