"""The page of a comparison: the verdict, why, each change with its interval as a picture, and the table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from streamkit.reporters._html_charts import key, svg, ticks
from streamkit.reporters._html_page import page, table, text
from streamkit.reporters._html_summary import facts, written_by
from streamkit.reporters._reporter import ComparisonReport, Row
from streamkit.reporters._units import readable

_LEFT, _WIDTH, _RIGHT, _ROW = 150, 900, 40, 26
_SIDE, _DEEP = 44, 150
_BAD = ("slower", "buffered", "failing")


def comparison(report: ComparisonReport) -> str:
    """Return the page."""
    verdict, rows = report.verdict, report.rows
    names = list(rows[0]) if rows else []
    cells = [["-" if row.get(name) is None else text(row[name]) for name in names] for row in rows]
    mood = "bad" if verdict in _BAD else "good" if verdict in ("faster", "same") else ""
    parts = [
        f'<h1 class="verdict {mood}">{text(verdict)}</h1>',
        *(f"<p>{text(line)}</p>" for line in report.evidence),
        *_picture(report.changes),
        table(names, cells, left=1),
        *(part for sample in report.samples for part in _curves(*sample)),
        facts(written_by(report.origin)),
    ]
    return page(f"streamkit stats --compare: {verdict}", parts, list(rows))


def _picture(changes: Sequence[Row]) -> Iterator[str]:
    if not changes:
        return
    low: float = min(0.0, *(change["low"] for change in changes))
    high: float = max(0.0, *(change["high"] for change in changes))
    if high <= low:
        return
    span: float = high - low
    room, bottom = _WIDTH - _LEFT - _RIGHT, len(changes) * _ROW + 8

    def x(share: float) -> float:
        return _LEFT + room * (share - low) / span

    parts = []
    for tick in ticks(low, high):
        parts.append(f'<line class="axis" x1="{x(tick):.1f}" y1="4" x2="{x(tick):.1f}" y2="{bottom}"/>')
        parts.append(f'<text x="{x(tick):.1f}" y="{bottom + 16}" text-anchor="middle">{tick * 100:+.4g} %</text>')
    parts.append(f'<line class="cdf" x1="{x(0):.1f}" y1="4" x2="{x(0):.1f}" y2="{bottom}"/>')
    for index, change in enumerate(changes):
        y = index * _ROW + 18
        kind = "error" if change["verdict"] in _BAD else "finish" if change["verdict"] in ("faster", "same") else "wait"
        left, right = x(change["low"]), x(change["high"])
        name = f"{change['name']}: {change['verdict']}"
        numbers = f"{change['change']:+.1%}, interval {change['low']:+.1%} to {change['high']:+.1%}"
        parts.append(
            f'<text x="0" y="{y + 4}">{text(name)}</text><g><title>{text(name)}, {numbers}</title>'
            f'<rect class="{kind}" x="{left:.1f}" y="{y - 3}" width="{max(right - left, 1):.1f}" height="6"/>'
            f'<circle class="{kind}" cx="{x(change["change"]):.1f}" cy="{y}" r="5"/></g>'
        )
    yield "<h2>Change of each statistic, with its interval</h2>"
    yield svg(bottom + 24, parts, f"changes of {len(changes)} statistics, in percent of the value before")


def _curves(title: str, unit: str, before: Sequence[float], after: Sequence[float]) -> Iterator[str]:
    """Yield the share of streams up to each value, before and after, up to the 99th percentile of the slower run."""
    runs = [sorted(before), sorted(after)]
    low = min(values[0] for values in runs)
    high = max(values[math.ceil(0.99 * len(values)) - 1] for values in runs)
    if high <= low:
        return
    room = _WIDTH - 2 * _SIDE

    def x(value: float) -> float:
        return _SIDE + room * (min(value, high) - low) / (high - low)

    parts = []
    for tick in ticks(low, high):
        parts.append(f'<line class="axis" x1="{x(tick):.1f}" y1="8" x2="{x(tick):.1f}" y2="{8 + _DEEP}"/>')
        parts.append(
            f'<text x="{x(tick):.1f}" y="{_DEEP + 26}" text-anchor="middle">{text(readable(tick, unit))}</text>'
        )
    for part in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<text x="{_WIDTH - _SIDE + 6}" y="{12 + _DEEP * (1 - part):.1f}">{part * 100:.0f} %</text>')
    for kind, values in zip(("old", "new"), runs, strict=True):
        parts.append(f'<polyline class="{kind}" points="{_steps(values, high, x)}"/>')
    name = f"{title}: share of streams up to each value, {len(before):,} before and {len(after):,} after"
    yield f'<h2>{text(title)} <span class="dim">(share of streams up to there)</span></h2>'
    yield svg(_DEEP + 34, parts, name) + key(
        [("oldk", f"before ({len(before):,})"), ("newk", f"after ({len(after):,})")]
    )


def _steps(values: Sequence[float], high: float, x: Callable[[float], float]) -> str:
    """Return the points of a step curve; of many values, at most one step for each pixel."""
    count, points, last = len(values), [f"{x(values[0]):.1f},{8 + _DEEP}"], -1.0
    for index, value in enumerate(values):
        at, below, above = x(value), *(8 + _DEEP * (1 - seen / count) for seen in (index, index + 1))
        if at - last < 1:
            points[-1] = f"{last:.1f},{above:.1f}"
            continue
        points += [f"{at:.1f},{below:.1f}", f"{at:.1f},{above:.1f}"]
        last = at
    return " ".join([*points, f"{x(high):.1f},8"])
