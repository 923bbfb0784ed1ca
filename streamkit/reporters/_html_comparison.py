"""The page of a comparison: the verdict, why, each change with its interval as a picture, and the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from streamkit.reporters._html_charts import svg, ticks
from streamkit.reporters._html_page import page, table, text
from streamkit.reporters._reporter import Row

_LEFT, _WIDTH, _RIGHT, _ROW = 150, 900, 40, 26
_BAD = ("slower", "buffered", "failing")


def comparison(verdict: str, evidence: Sequence[str], rows: Sequence[Row], changes: Sequence[Row]) -> str:
    """Return the page. `changes` have a `name`, a `verdict`, and `low`, `change` and `high` as shares of the value before."""
    names = list(rows[0]) if rows else []
    cells = [["-" if row.get(name) is None else text(row[name]) for name in names] for row in rows]
    mood = "bad" if verdict in _BAD else "good" if verdict in ("faster", "same") else ""
    parts = [
        f'<h1 class="verdict {mood}">{text(verdict)}</h1>',
        *(f"<p>{text(line)}</p>" for line in evidence),
        *_picture(changes),
        table(names, cells, left=1),
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
    for place, change in enumerate(changes):
        y = place * _ROW + 18
        kind = "error" if change["verdict"] in _BAD else "finish" if change["verdict"] in ("faster", "same") else "wait"
        left, right = x(change["low"]), x(change["high"])
        parts.append(f'<text x="0" y="{y + 4}">{text(change["name"])}: {text(change["verdict"])}</text>')
        parts.append(f'<rect class="{kind}" x="{left:.1f}" y="{y - 3}" width="{max(right - left, 1):.1f}" height="6"/>')
        parts.append(f'<circle class="{kind}" cx="{x(change["change"]):.1f}" cy="{y}" r="5"/>')
    yield "<h2>Change of each statistic, with its interval</h2>"
    yield svg(bottom + 24, parts, f"changes of {len(changes)} statistics, in percent of the value before")
