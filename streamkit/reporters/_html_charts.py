"""Charts for a page, as inline SVG; their texts are escaped."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from streamkit.reporters._html_page import text
from streamkit.reporters._reporter import Row
from streamkit.reporters._rows import stream_name
from streamkit.reporters._stats_tables import short
from streamkit.reporters._units import readable

_WIDTH, _HEIGHT = 900, 180
_LEFT, _RIGHT, _BELOW = 44, 44, 22
_STRIP, _STEP = _WIDTH - 8, 2
_CLASSES = {"text": "textk"}
_BARS = 60
_ROW = 15
_TICKS = 5
_NAMES = 190
_NAME_LETTERS = 28
_MOST_ROWS = 200


def distribution_chart(data: Mapping[str, Any], unit: str) -> str:
    """Return a histogram over a logarithmic axis with its cumulative curve, from a histogram as JSON has it."""
    counts = {int(key): int(count) for key, count in data["buckets"].items()}
    if not counts:
        return '<p class="dim">all values are 0</p>'
    base = math.log((1 + data["alpha"]) / (1 - data["alpha"]))
    low, high = min(counts) - 1, max(counts)
    step = max(math.ceil((high - low) / _BARS), 1)
    room, deep = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _BELOW - 8

    def across(key: float) -> float:
        return _LEFT + room * (key - low) / (high - low)

    parts = list(_axis(low, high, base, unit, across))
    bars = {
        start: sum(counts.get(key + 1, 0) for key in range(start, start + step)) for start in range(low, high, step)
    }
    most, total, seen = max(bars.values()), data["count"], data["zero"]
    curve: list[tuple[float, float]] = [(_LEFT, 1 - seen / total)]
    for start, count in bars.items():
        left, right = across(start), across(min(start + step, high))
        if count:
            tall = deep * count / most
            name = f"{readable(math.exp(start * base), unit)} to {readable(math.exp(min(start + step, high) * base), unit)}: {count:,}"
            parts.append(
                f'<rect class="bar" x="{left:.1f}" y="{8 + deep - tall:.1f}" width="{max(right - left - 1, 1):.1f}" '
                f'height="{tall:.1f}"><title>{text(name)}</title></rect>'
            )
        seen += count
        curve.append((right, 1 - seen / total))
    points = " ".join(f"{x:.1f},{8 + deep * y:.1f}" for x, y in curve)
    parts.append(f'<polyline class="cdf" points="{points}"/>')
    parts += _sides(most, deep)
    span = f"from {readable(math.exp(low * base), unit)} to {readable(math.exp(high * base), unit)}"
    return svg(_HEIGHT, parts, f"histogram and cumulative share of {total:,} values {span}")


def waterfall(rows: Sequence[Row]) -> str:
    """Return one bar per stream: before the first token, generating, and after the last token; stalls are marked."""
    timed = [row for row in rows if _time(row, "operation_duration_ns") or _time(row, "time_to_last_token_ns")]
    given = timed[:_MOST_ROWS]
    if not given:
        return '<p class="dim">no stream here has times since its request</p>'
    end = max(max(_time(row, "operation_duration_ns") or 0, _time(row, "time_to_last_token_ns") or 0) for row in given)
    room, parts = _WIDTH - _NAMES - 60, []
    names = short([stream_name(row) for row in given], _NAME_LETTERS)
    for index, row in enumerate(given):
        top = index * _ROW
        first, last = _time(row, "time_to_first_token_ns"), _time(row, "time_to_last_token_ns")
        total = _time(row, "operation_duration_ns") or last or 0
        stretches = (("wait", 0, first if first is not None else total), ("gen", first, last), ("tail", last, total))
        for kind, start, stop in stretches:
            if start is not None and stop is not None and stop > start:
                parts.append(_stretch(kind, start, stop, top, room / end))
        for stall in row["stalls"]:
            start = max(stall["at_ns"] - stall["gap_ns"], 0)
            parts.append(_stretch("stall", start, stall["at_ns"], top + 9, room / end, tall=3))
        parts.append(f'<text x="0" y="{top + 11}">{text(names[index])}</text>')
        parts.append(
            f'<text x="{_NAMES + room * total / end + 4:.1f}" y="{top + 11}">{text(readable(total, "ns"))}</text>'
        )
    more = "" if len(timed) <= _MOST_ROWS else f'<p class="dim">the first {_MOST_ROWS} streams</p>'
    legend = key(
        [("wait", "until the first token"), ("gen", "tokens"), ("tail", "after the last token"), ("stall", "stall")]
    )
    return svg(len(given) * _ROW + 4, parts, f"waterfall of {len(given)} streams") + legend + more


def strip(marks: Sequence[tuple[int, str, str]], end: int, stalls: Sequence[Row]) -> str:
    """Return one stream over time, with one line per chunk (time, kind, what it adds); stalls are marked below."""
    parts = [
        f'<rect class="{_CLASSES.get(kind, kind)}" x="{4 + _STRIP * at / end:.2f}" y="4" width="1.5" height="34"><title>'
        f"{text(readable(at, 'ns'))} {text(kind)} {text(message[:80])}</title></rect>"
        for at, kind, message in marks
    ]
    return _over_time(parts, {kind for _, kind, _ in marks}, end, stalls)


def brief_strip(marks: Sequence[tuple[int, str, str]], end: int, stalls: Sequence[Row]) -> str:
    """Return the same with adjacent chunks of a kind drawn as one, which takes a twentieth of the space."""
    columns = {_STRIP * at // end // _STEP: kind for at, kind, _ in marks}  # of several in one place the last one
    parts = []
    for kind, group in groupby(sorted(columns.items()), key=lambda item: item[1]):
        places = [index for index, _ in group]
        for start, stop in _runs(places):
            parts.append(
                f'<rect class="{_CLASSES.get(kind, kind)}" x="{4 + start * _STEP}" y="4" width="{(stop - start) * _STEP}" '
                f'height="34"/>'
            )
    return _over_time(parts, {kind for _, kind, _ in marks}, end, stalls)


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the runs of consecutive numbers in ascending `places`, each from its first to one after its last."""
    start = before = places[0]
    for index in places[1:]:
        if index != before + 1:
            yield start, before + 1
            start = index
        before = index
    yield start, before + 1


def _over_time(parts: list[str], seen: set[str], end: int, stalls: Sequence[Row]) -> str:
    """Return a picture with these marks, the stalls below them, and a scale."""
    for stall in stalls:
        start = max(stall["at_ns"] - stall["gap_ns"], 0)
        parts.append(_stretch("stall", start, stall["at_ns"], 40, _STRIP / end, tall=4, left=4))
    for part in range(5):
        anchor = ("start", "middle", "middle", "middle", "end")[part]
        parts.append(
            f'<text x="{4 + _STRIP * part / 4:.1f}" y="58" text-anchor="{anchor}">{text(readable(end * part / 4, "ns"))}</text>'
        )
    known = ["role", "reasoning", "text", "tool", "finish", "usage", "error", "other"]
    names = [(_CLASSES.get(kind, kind), kind) for kind in known if kind in seen]
    return svg(62, parts, f"chunks over time, {readable(end, 'ns')}") + key(
        names + ([("stall", "stall")] if stalls else [])
    )


def _stretch(
    kind: str, start: float, stop: float, top: float, scale: float, *, tall: int = 8, left: int = _NAMES
) -> str:
    name = f"{kind}: {readable(start, 'ns')} to {readable(stop, 'ns')}"
    return (
        f'<rect class="{kind}" x="{left + start * scale:.1f}" y="{top + 2}" width="{max((stop - start) * scale, 0.5):.1f}" '
        f'height="{tall}"><title>{text(name)}</title></rect>'
    )


def _axis(low: int, high: int, base: float, unit: str, across: Any) -> Iterator[str]:
    """Yield lines and labels at round values along the bottom."""
    for value in _log_ticks(math.exp(low * base), math.exp(high * base)):
        x = across(math.log(value) / base)
        yield f'<line class="axis" x1="{x:.1f}" y1="8" x2="{x:.1f}" y2="{_HEIGHT - _BELOW}"/>'
        yield f'<text x="{x:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{text(readable(value, unit))}</text>'


def _log_ticks(low: float, high: float) -> list[float]:
    """Return round values for a logarithmic axis, if possible at least five: the 1, the 1, 2 and 5, or more of each decade."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        values = [step * 10.0**decade for decade in decades for step in steps if low <= step * 10.0**decade <= high]
        if len(values) >= _TICKS:
            return values
    return [value for value in ticks(low, high) if value > 0]


def ticks(low: float, high: float) -> list[float]:
    """Return at least five round values from `low` to `high`, at equal distances: 1, 2 or 5 times a power of ten."""
    rough = (high - low) / _TICKS
    if rough <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (5, 2, 1) if factor * power <= rough * (1 + 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def _sides(most: int, deep: float) -> Iterator[str]:
    yield f'<text x="{_LEFT - 6}" y="16" text-anchor="end">{most:,}</text>'
    for part, name in ((0.0, "100 %"), (0.25, "75 %"), (0.5, "50 %"), (0.75, "25 %"), (1.0, "0 %")):
        yield f'<text x="{_WIDTH - _RIGHT + 6}" y="{12 + deep * part:.1f}">{name}</text>'


def svg(height: float, parts: Sequence[str], name: str) -> str:
    """Return a chart. On a narrow screen it scrolls sideways, so that its text stays readable. `name` is for screen readers.

    The arrow keys move through the parts that have a title, which is then shown and read out.
    """
    keys = " Its values: arrow keys." if any("<title>" in part for part in parts) else ""
    return (
        f'<figure><div class="scroll" tabindex="0" role="group" aria-label="Chart.{keys}">'
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{text(name)}">{"".join(parts)}</svg></div>'
        f"{'<output></output>' if keys else ''}</figure>"
    )


def key(names: Sequence[tuple[str, str]]) -> str:
    """Return what the colors mean: classes of the style, with their names."""
    parts, x = [], 4
    for kind, name in names:
        parts.append(
            f'<rect class="{kind}" x="{x}" y="3" width="10" height="10"/><text x="{x + 14}" y="12">{text(name)}</text>'
        )
        x += 30 + 7 * len(name)
    return f'<div class="scroll"><svg viewBox="0 0 {_WIDTH} 18" aria-hidden="true">{"".join(parts)}</svg></div>'


def _time(row: Row, key: str) -> float | None:
    value: float | None = row["metrics"].get(key)
    return value
