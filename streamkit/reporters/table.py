"""A table for a terminal: a card for a single stream, otherwise one row per stream and the distributions over all."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from streamkit.palette import PLAIN, VERDICTS, Palette, unpainted
from streamkit.reporters import MISSING, Column, Reporter, Row, StatsReport, readable
from streamkit.reporters._plot import histogram, legend, strip
from streamkit.reporters._rows import STATISTICS, stream_name
from streamkit.reporters._stats_tables import (
    Notes,
    Table,
    cost_line,
    explanations,
    failure_lines,
    few_line,
    headline,
    mean_line,
    run_line,
    spread,
    stream_table,
    summary_tables,
    wanted,
)
from streamkit.text import one_line, width

# More streams than this are listed only with `--per-stream`.
_LISTED = 40
_NOTES = 8
_STALLS = 5
# Below this many columns, a table of distributions may leave out these statistics, the first first.
_NARROW = 80
_DISPENSABLE = ("p90", "min", "mean", "max", "p99")


def rows(given: Sequence[Row]) -> str:
    """Return a header, then a line per row."""
    if not given:
        return ""
    names = list(given[0])
    cells = [["-" if row.get(name) is None else one_line(str(row[name])) for name in names] for row in given]
    return drawn(Table(names, cells, left=len(names)))


def stats(report: StatsReport) -> Iterator[str]:
    """Yield a card for one stream; else a table of the streams and the distributions over them."""
    streams: list[Row] = []
    notes = Notes()
    for row in report.streams:
        notes.add(row)
        if report.per_stream or len(streams) <= _LISTED:
            streams.append(row)
    groups = report.groups()
    count = groups[0]["streams"]
    if not count:
        return
    if report.listed and count == 1 and len(streams) == 1:
        yield from _card(streams[0], groups[0], report)
    else:
        yield from _many(streams, groups, count, report)
    sentences = [one_line(note) for note in notes.sentences()]
    if sentences:
        yield "\n"
    for note in sentences[:_NOTES]:
        wrapped = textwrap.fill(f"note: {note}", report.width, break_on_hyphens=False)
        yield f"{report.paint('warning', 'note:')}{wrapped.removeprefix('note:')}\n"
    if len(sentences) > _NOTES:
        yield f"note: and {len(sentences) - _NOTES} more such notes; --format json has them all\n"
    if report.explain:
        yield from _explained(groups[0], report)
        yield from _run_explained(groups[0], report)
    else:
        yield from _hint(groups[0], report)


def drawn(table: Table, paint: Palette = PLAIN, indent: str = "") -> str:
    """Return a table as lines, with two spaces between columns, and with colored headings and verdicts."""
    heads = [paint("quiet", head) for head in table.heads]
    body = [[paint(VERDICTS.get(cell, ""), cell) for cell in row] for row in table.rows]
    # Headings are a row like the others: as headers, tabulate would widen the columns of long ones.
    rows = [heads, *body]
    narrow = all(cell.isascii() and "\n" not in cell for row in rows for cell in row)
    lines = _by_padding(rows, table.left) if narrow else _by_tabulate(rows, table.left)
    return "".join(f"{indent}{line.rstrip()}\n" for line in lines)


def _by_tabulate(rows: Sequence[Sequence[str]], left: int) -> Sequence[str]:
    """Return the lines of a table by tabulate; the first `left` columns are aligned to the left."""
    from tabulate import tabulate

    sides = ["left" if at < left else "right" for at in range(len(rows[0]))]
    return tabulate(rows, tablefmt="plain", colalign=sides, disable_numparse=True).split("\n")


def _by_padding(rows: Sequence[Sequence[str]], left: int) -> Sequence[str]:
    """Return the same for ASCII text, where each character takes one column. Importing tabulate and its tables of widths would
    take longer than everything else that a command does with a small file."""
    cells = [[cell.strip() for cell in row] for row in rows]
    sizes = [[len(unpainted(cell)) for cell in row] for row in cells]
    columns = [max(column) for column in zip(*sizes, strict=True)]
    lines = []
    for row, own in zip(cells, sizes, strict=True):
        padded = []
        for at, (cell, size) in enumerate(zip(row, own, strict=True)):
            blanks = " " * (columns[at] - size)
            padded.append(cell + blanks if at < left else blanks + cell)
        lines.append("  ".join(padded))
    return lines


def _card(row: Row, group: Row, report: StatsReport) -> Iterator[str]:
    who = [row["api"], row["dialect"], row["model"]]
    verdict = str(row["verdict"])
    yield f"{report.paint('head', one_line(stream_name(row)))}  {report.paint(VERDICTS.get(verdict, ''), verdict)}\n"
    yield f"{one_line(' · '.join(str(word) for word in who if word))}\n\n".replace(
        "·", "-" if report.ascii_only else "·"
    )
    times: list[tuple[str, str, str]] = []
    others: list[tuple[str, str, str]] = []
    cells: list[list[str]] = []
    for column in report.columns:
        value = row["metrics"].get(column.key)
        if column.many:
            if value is not None and wanted(column, report):
                # From the stream itself: the summary excludes a failed one.
                own = {**group, "metrics": {column.key: value}}
                cells.append([column.title, *spread(column, own, report)])
            continue
        if not wanted(column, report, value):
            continue
        text = readable(value, column.unit, ascii_only=report.ascii_only)
        source = (
            f"  {one_line(str(row['tokens_source']))}" if column.key == "output_tokens" and value is not None else ""
        )
        (times if column.unit == "ns" else others).append((column.title, text, source))
    yield from _two_columns(times, others, report.width)
    if cells:
        heads = ["", *report.statistics]
        table = drawn(Table(heads, cells), report.paint, "  ")
        if max(map(width, unpainted(table).split("\n"))) > report.width:
            # The title takes the space of the numbers.
            short = {column.title: column.head for column in report.columns}
            table = drawn(Table(heads, [[short[row[0]], *row[1:]] for row in cells]), report.paint)
        yield "\n" + table
    cost = cost_line(group)
    yield f"\n  {cost}\n" if cost else ""
    yield from _choices(row, report)
    yield from _stalls(row, report)
    if report.columns_chosen and (run := run_line(group, report)):
        yield "\n" + textwrap.fill(f"run: {run}", report.width) + "\n"
    yield from _pictures(group, report)


def _choices(row: Row, report: StatsReport) -> Iterator[str]:
    """Yield one row per choice if the stream has several."""
    cells = []
    for choice in row.get("choices", ()):
        gaps = choice["inter_chunk_gap_ns"] or {}
        times = [choice["time_to_first_token_ns"], choice["time_to_last_token_ns"], gaps.get("p50"), gaps.get("p99")]
        formatted = [readable(time, "ns", ascii_only=report.ascii_only) for time in times]
        cells.append([f"choice {choice['choice']}", str(choice["content_chunks"]), *formatted])
    if cells:
        yield "\n" + drawn(Table(["", "content", "TTFT", "TTLT", "gap p50", "gap p99"], cells), report.paint, "  ")


def _stalls(row: Row, report: StatsReport) -> Iterator[str]:
    """Yield the stalls of the stream, the longest first."""
    stalls = sorted(row.get("stalls", ()), key=lambda stall: -stall["gap_ns"])
    if stalls and not report.columns_chosen:
        yield "\n"
        for stall in stalls[:_STALLS]:
            gap, at = (readable(stall[key], "ns", ascii_only=report.ascii_only) for key in ("gap_ns", "at_ns"))
            yield f"  {report.paint('warning', f'stall of {gap}')} before event {stall['event']} at {at}\n"
        if len(stalls) > _STALLS:
            yield f"  and {len(stalls) - _STALLS} more\n"


def _pictures(group: Row, report: StatsReport) -> Iterator[str]:
    """Yield the strip of a single stream and, with `--plot`, the histograms of the distributions."""
    marks = report.marks()
    drawing = list(strip(marks, width=min(report.width, 120), ascii_only=report.ascii_only))
    if drawing:
        yield "\n"
        yield from drawing
        yield legend(marks, ascii_only=report.ascii_only)
    yield from _histograms(group, report)


def _histograms(group: Row, report: StatsReport) -> Iterator[str]:
    for column in report.columns if report.plot else ():
        values = group["histograms"].get(column.key)
        if values is not None and values["count"] > 1 and column.unit == "ns" and wanted(column, report):
            title = f"{column.title} ({values['count']:,})"
            yield f"\n{report.paint('head', title)}\n"
            yield from histogram(values, column.unit, width=min(report.width, 200), ascii_only=report.ascii_only)


def _two_columns(
    left: Sequence[tuple[str, str, str]], right: Sequence[tuple[str, str, str]], room: int
) -> Iterator[str]:
    """Return names and values in two columns side by side, or below each other if `room` is too narrow for both."""
    lefts, rights = _aligned(left), _aligned(right)
    if max(map(len, lefts), default=0) + max(map(len, rights), default=0) + 6 > room:
        lefts, rights = _aligned([*left, *right]), []
    wide = max(map(len, lefts), default=0)
    for at in range(max(len(lefts), len(rights))):
        first = lefts[at] if at < len(lefts) else ""
        second = rights[at] if at < len(rights) else ""
        yield f"  {first:<{wide}}    {second}".rstrip() + "\n"


def _aligned(pairs: Sequence[tuple[str, str, str]]) -> list[str]:
    names = max((len(name) for name, _, _ in pairs), default=0)
    values = max((len(value) for _, value, _ in pairs), default=0)
    return [f"{name:<{names}}  {value:>{values}}{source}" for name, value, source in pairs]


def _many(streams: Sequence[Row], groups: Sequence[Row], count: int, report: StatsReport) -> Iterator[str]:
    if not report.listed:
        pass
    elif report.per_stream or count <= _LISTED:
        yield drawn(stream_table(streams, report, report.width), report.paint) + "\n"
    else:
        yield f"{count} streams; --per-stream lists them\n\n"
    for group, title, table in summary_tables(groups, report):
        head = f"{one_line(title) + ': ' if title else 'In all: '}{headline(group)}"
        yield report.paint("head", _filled(head, report)) + "\n"
        yield from (f"{_filled(line, report)}\n" for line in failure_lines(group, report))
        yield from _fitted(table, report) if table.rows else ()
        if not group["exact"]:
            yield "Percentiles are within 0.5 %: they come from histograms, not from the samples.\n"
        cost = cost_line(group)
        yield f"{cost}\n" if cost else ""
        means = mean_line(group, report) if table.rows else ""
        yield textwrap.fill(means, report.width) + "\n" if means else ""
        few = few_line(group, report) if table.rows else ""
        yield textwrap.fill(few, report.width) + "\n" if few else ""
        run = run_line(group, report)
        yield textwrap.fill(f"run: {run}", report.width) + "\n" if run else ""
        yield from _histograms(group, report)
        yield "\n" if group is not groups[-1] else ""


def _filled(line: str, report: StatsReport) -> str:
    return textwrap.fill(line, report.width, subsequent_indent="    ", break_on_hyphens=False)


def _fitted(table: Table, report: StatsReport) -> Iterator[str]:
    """Yield a table of distributions, in a narrow terminal without the statistics that say least, which are then named."""
    dropped: list[str] = []
    most = len(_DISPENSABLE) if tuple(report.statistics) == STATISTICS else 0  # those of --percentiles are all shown
    while len(drawn(table, PLAIN).partition("\n")[0]) > report.width < _NARROW and len(dropped) < most:
        dropped.append(_DISPENSABLE[len(dropped)])
        places = [place for place, head in enumerate(table.heads) if head != dropped[-1]]
        rows = [[row[place] for place in places] for row in table.rows]
        table = Table([table.heads[place] for place in places], rows)
    yield drawn(table, report.paint)
    if dropped:
        yield textwrap.fill(f"Not shown in {report.width} columns: {', '.join(dropped)}.", report.width) + "\n"


def _run_explained(group: Row, report: StatsReport) -> Iterator[str]:
    """Yield the formulas of the metrics of the whole run."""
    for column in report.run_columns:
        yield from _formula(column, report)
        if code := group["run_missing"].get(column.key):
            yield f"  missing here, {code}: {report.reasons.get(code, code)}\n"


def _formula(column: Column, report: StatsReport) -> Iterator[str]:
    yield f"\n{report.paint('head', f'{column.head} ({column.key})')}\n"
    for line in column.manual.split("\n"):
        yield f"  {line}\n" if line else "\n"


def _explained(group: Row, report: StatsReport) -> Iterator[str]:
    for column, codes in explanations(group, report):
        if not (wanted(column, report, None) or codes):
            continue
        yield from _formula(column, report)
        for code, number in codes.items():
            yield f"  missing in {number:,} of {group['streams']:,} here, {code}: {report.reasons.get(code, code)}\n"


def _hint(group: Row, report: StatsReport) -> Iterator[str]:
    """Return one line with the reasons of missing values, if there are few."""
    codes: dict[str, None] = {}
    for column, found in explanations(group, report):
        if wanted(column, report, None):
            codes.update(dict.fromkeys(found))
    if codes:
        message = "; ".join(f"{code}: {report.reasons.get(code, code)}" for code in list(codes)[:3])
        text = f"{MISSING} is missing ({message}{'; …' if len(codes) > 3 else ''}). See --explain."
        yield "\n" + textwrap.fill(text, report.width) + "\n"


REPORTER = Reporter(name="table", rows=rows, stats=stats, content="prose", brief=True, listed=_LISTED)
