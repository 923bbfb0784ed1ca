"""HTML: one self-contained file with charts, sortable tables, and every stream in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from streamkit.reporters import Column, ProbeReport, Reporter, Row, StatsReport, readable
from streamkit.reporters._html_charts import distribution_chart, waterfall
from streamkit.reporters._html_comparison import comparison
from streamkit.reporters._html_definitions import side_by_side
from streamkit.reporters._html_over_time import against_time, day, load_over_time, started
from streamkit.reporters._html_page import cell, page, table, text
from streamkit.reporters._html_player import player
from streamkit.reporters._html_probe import probe_page
from streamkit.reporters._html_summary import conspicuous, first_screen, provenance
from streamkit.reporters._html_timeline import Sections, unfolded
from streamkit.reporters._rows import stream_name
from streamkit.reporters._stats_tables import failure_lines, headline, run_line, summary_tables, wanted

_CHARTS = ("time_to_first_token_ns", "inter_chunk_gap_ns", "operation_duration_ns")
# Rows of tables. `stats --format json` has all streams; a page of more would be slow to open.
_ROWS = 500
_DATA_ROWS = 300
# What the table of streams shows by default: as much as fits a page of 1280 pixels.
_STREAM_COLUMNS = (
    "time_to_first_token_ns", "inter_token_latency_ns", "inter_chunk_gap_ns", "operation_duration_ns", "output_tokens",
    "output_tokens_per_second", "stalls",
)  # fmt: skip
# Metrics that are drawn against the time of their requests.
_OVER_TIME = ("time_to_first_token_ns", "inter_token_latency_ns", "inter_chunk_gap_ns")


def rows(given: Sequence[Row]) -> str:
    """Return a page with one table."""
    names = list(given[0]) if given else []
    cells = [["-" if row.get(name) is None else text(row[name]) for name in names] for row in given]
    return page("streamkit", [table(names, cells, left=len(names), sortable=True)], list(given))


def stats(report: StatsReport) -> Iterator[str]:
    """Yield a page: the headline numbers, charts of the distributions and all of them in a table, the streams as bars and as a table, then each in full."""
    streams = list(report.streams)
    groups = report.groups()
    parts = [
        f"<h1>{text(headline(groups[0]))}</h1>",
        *first_screen(groups[0], report),
        f'<p class="dim">{text(run_line(groups[0], report))}</p>',
        *_charts(groups[0], report.columns),
        "<h2>All distributions</h2>",
        *_summaries(groups, report),
        *_over_time(streams, report.columns),
        "<h2>Streams over time, each from its request</h2>",
        waterfall(streams),
        *conspicuous(streams, report),
        *side_by_side(report.page.definitions),
        "<h2>Streams</h2>",
        _streams(streams[:_ROWS], report),
        *([f'<p class="dim">the first {_ROWS:,} of {len(streams):,}</p>'] if len(streams) > _ROWS else []),
        *_notes(streams),
        "<h2>Each stream</h2>",
        *_opened_if_alone(report.page.sections),
        provenance(streams, report),
    ]
    summary, *others = groups
    data = {
        "version": 1,
        "streams": streams[:_DATA_ROWS],
        "summary": {**summary, "groups": others} if others else summary,
    }
    if len(streams) > _DATA_ROWS:
        data["streams_left_out"] = len(streams) - _DATA_ROWS
    yield page(f"streamkit stats: {headline(groups[0])}", parts, data)


def _opened_if_alone(sections: Sequence[str]) -> Sequence[str]:
    return [unfolded(sections[0])] if len(sections) == 1 else sections


def _summaries(groups: Sequence[Row], report: StatsReport) -> Iterator[str]:
    for group, title, statistics in summary_tables(groups, report):
        if title:
            yield f"<h2>{text(title)}</h2><p>{text(headline(group))}</p>"
        # The first screen has the share of all.
        lines = [text(line) for line in failure_lines(group, report, share=group is not groups[0])]
        if lines:
            yield f"<p>{'<br>'.join(lines)}</p>"
        yield table(statistics.heads, [[_named(name, report), *map(text, cells)] for name, *cells in statistics.rows])


def _named(head: str, report: StatsReport) -> str:
    """Return the name of a metric in words, with its abbreviation; a phone shows only that."""
    title = next((column.title for column in report.columns if column.head == head), head)
    return text(head) if title == head else f'<span class="long">{text(title)} · </span>{text(head)}'


def _charts(group: Row, columns: Sequence[Column]) -> Iterator[str]:
    for column in columns:
        values = group["histograms"].get(column.key)
        if column.key in _CHARTS and values is not None and values["count"] > 1:
            yield f'<h2>{text(column.title)} <span class="dim">({values["count"]:,}; the curve is the share up to there)</span></h2>'
            yield distribution_chart(values, column.unit)


def _over_time(rows: Sequence[Row], columns: Sequence[Column]) -> Iterator[str]:
    given = started(rows)
    since = f'<span class="dim">(UTC, from {text(day(given[0][0]))})</span>' if given else ""
    for column in columns:
        if column.key in _OVER_TIME and (chart := against_time(given, column.key, column.unit, column.title)):
            yield f"<h2>{text(column.title)} over the run {since}</h2>{chart}"
    if chart := load_over_time(given):
        yield f"<h2>Load over the run {since}</h2>{chart}"


def _streams(streams: Sequence[Row], report: StatsReport) -> str:
    shown_columns = [
        column
        for column in report.columns
        if wanted(column, report, None) and (report.columns_chosen or column.key in _STREAM_COLUMNS)
    ]
    heads = ["Stream", "Verdict", "Model"]
    for column in shown_columns:
        heads += [f"{column.head} p50", f"{column.head} p99"] if column.many else [column.head]
    cells = []
    for row in streams:
        line = [text(stream_name(row)), text(row["verdict"]), text(row["model"] or "-")]
        for column in shown_columns:
            value = row["metrics"].get(column.key)
            numbers = [value and value[part] for part in ("p50", "p99")] if column.many else [value]
            line += [cell(readable(number, column.unit), number) for number in numbers]
        cells.append(line)
    return table(heads, cells, left=3, sortable=True)


def _notes(streams: Sequence[Row]) -> Iterator[str]:
    message = [f"<li>{text(stream_name(row))}: {text(note)}</li>" for row in streams for note in row["notes"]]
    if message:
        yield f"<h2>Notes</h2><ul>{''.join(message[:_ROWS])}</ul>"


def probes(report: ProbeReport) -> str:
    """Return a page: a matrix of the cases with a column per endpoint, then each case that is not passed."""
    return probe_page(report)


REPORTER = Reporter(
    name="html", rows=rows, stats=stats, comparison=comparison, player=player, probes=probes, sections=Sections
)
