"""Markdown: tables to paste into an issue or a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from streamkit.reporters import ProbeReport, Reporter, Row, StatsReport
from streamkit.reporters._probe_rows import ASCII_MARKS, MARKS, case_rows, counts_line, heads, matrix_rows
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
    words = [any(isinstance(row.get(name), str) for row in given) for name in names]
    return _drawn(names, [["-" if row.get(name) is None else str(row[name]) for name in names] for row in given], words)


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


def probes(report: ProbeReport) -> str:
    """Return a table of the cases; for several endpoints a column each."""
    marks = ASCII_MARKS if report.ascii_only else MARKS
    parts = [f"**{_cell(run.endpoint)}** {_cell(run.model or '')}: {_cell(counts_line(run))}\n" for run in report.runs]
    if len(report.runs) == 1:
        found = [
            [*row[:3], f"{marks[case.verdict]} {case.verdict}", *row[3:]] for case, row in case_rows(report.runs[0])
        ]
        names = ["API", "Group", "Case", "Verdict", "Reason", "Evidence"]
        parts.append(_table(Table(names, found, left=len(names))))
    else:
        names = heads(report.runs)
        parts.append(_table(Table(names, matrix_rows(report.runs, marks), left=len(names))))
    return "\n".join(parts)


def _table(table: Table) -> str:
    return _drawn(table.heads, table.rows, [place < table.left for place in range(len(table.heads))])


def _drawn(heads: Sequence[str], rows: Sequence[Sequence[str]], words: Sequence[bool]) -> str:
    """Return a table whose columns hold words, which are aligned left, or numbers."""
    lines = [
        "| " + " | ".join(map(_cell, heads)) + " |",
        "|" + "|".join("---" if are_words else "---:" for are_words in words) + "|",
        *("| " + " | ".join(map(_cell, cells)) + " |" for cells in rows),
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", one_line(text))


REPORTER = Reporter(name="markdown", rows=rows, stats=stats, probes=probes, brief=True)
