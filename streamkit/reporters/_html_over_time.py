"""Charts of a run over the time of day, as inline SVG: a metric against the start of its request, and the load."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from streamkit.reporters._html_charts import svg, ticks
from streamkit.reporters._html_page import text
from streamkit.reporters._reporter import Row
from streamkit.reporters._units import readable

_WIDTH, _HEIGHT = 900, 170
_LEFT, _RIGHT, _TOP, _BELOW = 70, 10, 8, 24
_POINTS = 1500
_COLUMNS = 200
# Requests that end in a column of the chart, on average: with fewer, it would show their counts rather than a rate.
_PER_COLUMN = 4
# Distances of the times of day below a chart, in seconds; a shorter run is counted from its first request.
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAY = 86400
_FEWEST = 5  # ticks

Point = tuple[float, float]


def started(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    """Return when each request was sent (ns since 1970) with its row, in order; rows without that time are left out."""
    found = []
    for row in rows:
        try:
            moment = datetime.fromisoformat(row["recorded_at"] or "")
        except ValueError:
            continue
        if moment.tzinfo is not None:
            found.append((round(moment.timestamp() * 1e6) * 1000, row))
    return sorted(found, key=lambda pair: pair[0])


def against_time(rows: Sequence[tuple[int, Row]], key: str, unit: str, name: str) -> str:
    """Return a metric against the time of day of its request: a point per stream; of many streams, the range and the median of
    each stretch. Empty with fewer than two values."""
    points = []
    for at, row in rows:
        value = row["metrics"].get(key)
        value = value["p50"] if isinstance(value, dict) else value
        if value is not None:
            points.append((float(at), float(value)))
    if len(points) < 2 or points[-1][0] == points[0][0]:
        return ""
    most = max(value for _, value in points) or 1
    plot = _Plot(points[0][0], points[-1][0], most)
    parts = list(plot.dots(points, unit) if len(points) <= _POINTS else plot.ranges(points, unit))
    return svg(_HEIGHT, [*plot.frame(unit), *parts], f"{name} against the time of the request, {len(points):,} streams")


def load_over_time(rows: Sequence[tuple[int, Row]]) -> str:
    """Return the number of requests that are open, and of those that end per second, over time. Empty without durations."""
    spans = [(at, at + total) for at, row in rows if (total := row["metrics"].get("operation_duration_ns"))]
    if len(spans) < 2:
        return ""
    first, last = spans[0][0], max(end for _, end in spans)
    width = (last - first) / _COLUMNS
    changes = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    peaks, running, index = [0.0] * _COLUMNS, 0, 0
    for column in range(_COLUMNS):
        peaks[column] = running
        while index < len(changes) and (column == _COLUMNS - 1 or changes[index][0] < first + (column + 1) * width):
            running += changes[index][1]
            peaks[column] = max(peaks[column], running)
            index += 1
    per_second = _rates(first, last, sorted(end for _, end in spans))
    return "".join(
        f"<h3>{title}</h3>" + _columns(first, last, values, title)
        for title, values in (("Open requests", peaks), ("Requests that ended per second", per_second))
    )


def _rates(first: float, last: float, ends: Sequence[float]) -> list[float]:
    """Return how many of the `ends` (ascending, ns) there are per second, in columns of equal width from `first` to `last`."""
    count = min(max(len(ends) // _PER_COLUMN, 2), _COLUMNS)
    width = (last - first) / count
    borders = [0, *(bisect_left(ends, first + width * column) for column in range(1, count)), len(ends)]
    return [(borders[column + 1] - borders[column]) / (width / 1e9) for column in range(count)]


def day(at: float) -> str:
    """Return the date of a time (ns since 1970), in UTC."""
    return f"{_utc(at):%Y-%m-%d}"


def _utc(at: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at // 1000)


def moments(first: float, last: float) -> list[tuple[float, str]]:
    """Return at least five round times from `first` to `last` (ns since 1970), with their labels: the time of day in UTC, or
    in a run of less than five seconds, the time since its beginning."""
    span = (last - first) / 1e9
    steps = [*_STEPS, *(_DAY * 2**power for power in range(20))]
    step = next((step for step in reversed(steps) if span / step >= _FEWEST), 0)
    if not step:
        return [(first + value, "+" + readable(value, "ns") if value else "0") for value in ticks(0, last - first)]
    form = "%H:%M:%S" if step < 60 else "%H:%M" if step < _DAY else "%m-%d"
    begin = math.ceil(first / 1e9 / step)
    times = [number * step * 1e9 for number in range(begin, math.floor(last / 1e9 / step) + 1)]
    return [(at, f"{_utc(at):{form}}") for at in times]


def _columns(first: float, last: float, values: Sequence[float], name: str) -> str:
    plot = _Plot(first, last, max(values) or 1)
    step = (last - first) / len(values)
    bars = [
        f'<rect class="bar" x="{plot.x(first + index * step):.1f}" y="{plot.y(value):.1f}" '
        f'width="{max(plot.room / len(values), 1):.1f}" height="{plot.y(0) - plot.y(value):.1f}">'
        f"<title>{_clock(first + index * step)} {value:,.4g}</title></rect>"
        for index, value in enumerate(values)
        if value
    ]
    return svg(_HEIGHT, [*plot.frame("1"), *bars], f"{name}, at most {max(values):,.4g}")


def _clock(at: float) -> str:
    return f"{_utc(at):%H:%M:%S.%f}"[:12]


class _Plot:
    """Coordinates of a chart: time from `first` to `last` (ns), values from 0 to `most`."""

    room = _WIDTH - _LEFT - _RIGHT

    def __init__(self, first: float, last: float, most: float) -> None:
        self._first, self._last, self._most = first, last, most

    def x(self, at: float) -> float:
        return _LEFT + self.room * (at - self._first) / (self._last - self._first)

    def y(self, value: float) -> float:
        return _HEIGHT - _BELOW - (_HEIGHT - _BELOW - _TOP) * value / self._most

    def frame(self, unit: str) -> Iterator[str]:
        """Yield lines and labels at round values, and the times below, counted from the first request."""
        for value in ticks(0, self._most):
            y = self.y(value)
            yield f'<line class="axis" x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"/>'
            name = f"{value:,.4g}" if unit == "1" else readable(value, unit)
            yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text(name)}</text>'
        for at, name in moments(self._first, self._last):
            x = self.x(at)
            anchor = "end" if x > _WIDTH - 40 else "middle"
            yield f'<text x="{x:.1f}" y="{_HEIGHT - 6}" text-anchor="{anchor}">{text(name)}</text>'

    def dots(self, points: Sequence[Point], unit: str) -> Iterator[str]:
        for at, value in points:
            yield (
                f'<circle class="bar" cx="{self.x(at):.1f}" cy="{self.y(value):.1f}" r="2.5"><title>{_clock(at)} '
                f"{text(readable(value, unit))}</title></circle>"
            )

    def ranges(self, points: Sequence[Point], unit: str) -> Iterator[str]:
        """Yield the range from the least to the greatest value of each stretch, and its median."""
        stretches: dict[int, list[float]] = {}
        for at, value in points:
            index = min(math.floor((at - self._first) / (self._last - self._first) * _COLUMNS), _COLUMNS - 1)
            stretches.setdefault(index, []).append(value)
        wide = self.room / _COLUMNS
        for index, values in stretches.items():
            x, top, bottom = _LEFT + index * wide, self.y(max(values)), self.y(min(values))
            low, middle, high = (text(readable(one, unit)) for one in (min(values), median(values), max(values)))
            when = _clock(self._first + (self._last - self._first) * index / _COLUMNS)
            yield (
                f'<rect class="wait" x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{max(bottom - top, 1):.1f}">'
                f"<title>{when} median {middle}, {low} to {high}</title></rect>"
            )
            yield f'<rect class="bar" x="{x:.1f}" y="{self.y(median(values)) - 1:.1f}" width="{wide:.1f}" height="2"/>'
