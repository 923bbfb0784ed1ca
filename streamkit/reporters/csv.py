"""CSV: one table, for spreadsheets. Raw numbers; a cell that begins like a formula is quoted with an apostrophe."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from streamkit.reporters import Reporter, Row, StatsReport
from streamkit.reporters._rows import flat, harmless


def rows(given: Sequence[Row]) -> str:
    """Return a header, then a line per row."""
    return "".join(_lines(given))


def stats(report: StatsReport) -> Iterator[str]:
    """Yield one line per stream: times in nanoseconds, distributions in eight columns, missing values as empty cells."""
    yield from _lines(flat(report.streams, report.columns))


def _lines(given: Iterable[Row]) -> Iterator[str]:
    names: list[str] | None = None
    for row in given:
        if names is None:
            names = list(row)
            yield _line(names)
        yield _line([row.get(name) for name in names])


def _line(cells: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([harmless(cell) for cell in cells])
    return text.getvalue()


REPORTER = Reporter(name="csv", rows=rows, stats=stats)
