"""Markdown: tables to paste into an issue or a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from streamkit.reporters import Reporter, Row, StatsReport
from streamkit.reporters._stats_tables import (
    Notes,
    Table,
    failure_lines,
    headline,
    mean_line,
    stream_table,
    summary_tables,
)
from streamkit.text import one_line

# Characters that would end a cell, begin a link, an image, a tag or a mention, or format the text.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~&@!])")

# Wide enough for all columns.
_WIDE = 10_000


def rows(given: Sequence[Row]) -> str:
    """Return a table per kind of row."""
    if not given:
        return ""
    names = list(given[0])
    return _table(Table(names, [["-" if row.get(name) is None else str(row[name]) for name in names] for row in given]))


def stats(report: StatsReport) -> Iterator[str]:
    """Yield a table of the streams, then one of the distributions."""
    streams, notes = list(report.streams), Notes()
    for row in streams:
        notes.add(row)
    groups = report.groups()
    yield f"**{_cell(headline(groups[0]))}**\n\n"
    yield _table(stream_table(streams, report, _WIDE)) + "\n"
    for group, title, table in summary_tables(groups, report):
        yield f"**{_cell(title)}** {_cell(headline(group))}\n\n" if title else ""
        yield from (f"{_cell(line)}  \n" for line in failure_lines(group, report))
        yield "\n" + _table(table) + "\n"
        means = mean_line(group, report) if table.rows else ""
        yield f"{_cell(means)}\n\n" if means else ""
    for note in notes.sentences():
        yield f"- {_cell(note)}\n"


def _table(table: Table) -> str:
    lines = [
        "| " + " | ".join(map(_cell, table.heads)) + " |",
        "|" + "|".join("---" if place < table.left else "---:" for place in range(len(table.heads))) + "|",
        *("| " + " | ".join(map(_cell, cells)) + " |" for cells in table.rows),
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", one_line(text))


REPORTER = Reporter(name="markdown", rows=rows, stats=stats, brief=True)
