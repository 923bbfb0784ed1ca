"""Payloads of a stream that repeat each other: their forms, by templates."""

from __future__ import annotations

import re
from collections.abc import Sequence

from streamkit.wire.fitting import Fit, Fitting
from streamkit.wire.row_pattern import COUNT, TEXT, RowPattern
from streamkit.wire.runs import FormRuns, Sizes
from streamkit.wire.templates import Form, Holes, holes_of

_BATCH = 256
"""Payloads that are compared together: few enough to stay in the cache."""


class _Template:
    """Payloads that differ in their holes alone. Its numbers are integers from 1, as that of the example is."""

    __slots__ = ("_form", "_pattern")

    def __init__(self, holes: Holes) -> None:
        pieces, texts = holes.filled()
        begin, pieces[0] = b"(%b)" % re.escape(pieces[0][:1]), pieces[0][1:]
        self._pattern = RowPattern(begin, pieces, [TEXT if text else COUNT for text in texts], b"\n")
        self._form = Form(holes.example(), "", 0, 0, empty=holes.empty, has_numbers=not all(holes.texts))

    @staticmethod
    def of(payload: bytes, other: bytes) -> _Template | None:
        """Return the template of a payload, which is a JSON object; None if it has no holes. `other` is one near it."""
        found = holes_of(payload, other)
        return None if found is None else _Template(found)

    def fit(self, payloads: Sequence[bytes]) -> Fit | None:
        """Return which of these payloads fit, if there are any."""
        rows = self._pattern.find(b"\n".join([*payloads, b""]), len(payloads))
        return None if rows is None else Fit(rows.which, [(self._form, len(rows.begins))], [], Sizes())


def forms_in(payloads: Sequence[bytes]) -> FormRuns:
    """Return the forms of payloads. Each payload is a JSON object."""
    found = FormRuns()
    fitting = Fitting(_Template.of)
    for start in range(0, len(payloads), _BATCH):
        batch = list(payloads[start : start + _BATCH])
        left = fitting.take(batch)
        for form, count in left.in_order(Fit(None, [(None, len(left.records))], [], Sizes())).forms:
            found.add(form, count)
    return found
