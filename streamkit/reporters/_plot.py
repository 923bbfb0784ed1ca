"""Pictures for a terminal: a histogram with bars of equal ratio, and a strip of one stream over time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from streamkit.reporters._reporter import Mark
from streamkit.reporters._units import readable

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = " ▁▂▃▄▅▆▇█"
_ROWS = 10
_NAMES = 22  # columns before the bars
_TICKS = 8  # of an axis, at most
# Blanks between two labels of an axis, so that they can be told apart.
_APART = 2
_LETTERS = {
    "role": "r",
    "reasoning": "k",
    "text": "t",
    "tool": "f",
    "finish": "E",
    "usage": "u",
    "error": "X",
    "other": "o",
}
# Where marks fall into one column, the rarer one is shown.
_ORDER = ("error", "finish", "tool", "text", "reasoning", "usage", "role", "other")


def histogram(data: Mapping[str, Any], unit: str, *, width: int, ascii_only: bool) -> Iterator[str]:
    """Yield the lines of a log-spaced histogram of one metric, from its histogram as JSON has it."""
    counts = {int(key): int(count) for key, count in data["buckets"].items()}
    if data["zero"]:
        yield f"{'0':>21} | {data['zero']:,}\n"
    if not counts:
        return
    base = (1 + data["alpha"]) / (1 - data["alpha"])
    low, high = min(counts), max(counts)
    step = max(math.ceil((high - low + 1) / _ROWS), math.ceil(math.log(1.1) / math.log(base)))
    bars = [sum(counts.get(key, 0) for key in range(start, start + step)) for start in range(low, high + 1, step)]
    most = max(bars)
    room = max(width - 24 - len(f" {most:,}"), 4)
    for index, count in enumerate(bars):
        begin, end = base ** (low + index * step - 1), base ** (low + (index + 1) * step - 1)
        begin, end = max(begin, data["min"]), min(end, data["max"])
        name = f"{readable(begin, unit, ascii_only=ascii_only):>9} - {readable(end, unit, ascii_only=ascii_only):>9}"
        bar = _bar(count / most * room, ascii_only=ascii_only)
        yield (
            f"{name} {'|' if ascii_only else '▕'}{bar}{' ' if bar else ''}{f'{count:,}' if count else ''}".rstrip()
            + "\n"
        )
    yield from _count_axis(most, room, ascii_only=ascii_only)


def _count_axis(most: int, room: int, *, ascii_only: bool) -> Iterator[str]:
    """Yield an axis below bars that are `room` columns long for a count of `most`, with ticks at round counts and their labels."""
    apart = max(len(f"{most:,}") + _APART, room // _TICKS)
    steps = (factor * 10**power for power in range(len(str(most))) for factor in (1, 2, 5))
    step = next((step for step in steps if step * room >= apart * most and step <= most), most)
    line, labels = ["-" if ascii_only else "─"] * (room + 1), ""
    line[0] = "+" if ascii_only else "└"
    for count in range(0, most + 1, step):
        column, name = round(count / most * room), f"{count:,}"
        if count:
            line[column] = "+" if ascii_only else "┴"
        labels = (labels + " " if labels else "").ljust(column - len(name) // 2) + name
    yield f"{'':{_NAMES}}{''.join(line)}\n{'':{_NAMES}}{labels}\n"


def strip(marks: Sequence[Mark], *, width: int, ascii_only: bool) -> Iterator[str]:
    """One stream over time in three lines: how many chunks came when, what they carried, and the scale below.

    Letters: r role, k reasoning, t text, f tool call, E finish, u usage, X error; `!` marks where a stall ended.
    """
    times = [mark.at for mark in marks]
    if not times or max(times) <= 0:
        return
    end = max(times)
    columns = max(width - 4, 20)
    counts, kinds, stalls = [0] * columns, [""] * columns, set()
    for mark in marks:
        column = min(max(mark.at, 0) * columns // end, columns - 1)
        counts[column] += 1
        if not kinds[column] or _ORDER.index(mark.kind) < _ORDER.index(kinds[column]):
            kinds[column] = mark.kind
        if mark.stall:
            stalls.add(column)
    most = max(counts)
    levels = "".join(_level(count, most, ascii_only=ascii_only) for count in counts)
    letters = "".join(
        "!" if index in stalls else _LETTERS.get(kind, " ") if kind else " " for index, kind in enumerate(kinds)
    )
    ruler = _ruler(end, columns, ascii_only=ascii_only)
    side = "|" if ascii_only else "│"
    yield f" {side}{levels}{side}\n {side}{letters}{side}\n  {ruler}\n"


def legend(marks: Sequence[Mark], *, ascii_only: bool) -> str:
    """Return the meaning of the letters that occur in a strip."""
    kinds = {mark.kind for mark in marks}
    words = [
        f"{_LETTERS[kind]} {kind}"
        for kind in ("role", "reasoning", "text", "tool", "finish", "usage", "error", "other")
        if kind in kinds
    ]
    if any(mark.stall for mark in marks):
        words.append("! after a stall")
    return "  " + (", " if ascii_only else " · ").join(words) + "\n"


def _bar(length: float, *, ascii_only: bool) -> str:
    if ascii_only:
        return "#" * max(round(length), 1 if length > 0 else 0)
    whole, rest = divmod(round(length * 8), 8)
    if not whole and not rest and length > 0:
        rest = 1
    return "█" * whole + (_EIGHTHS[rest] if rest else "")


def _level(count: int, most: int, *, ascii_only: bool) -> str:
    if not count:
        return " "
    if ascii_only:
        return "." if count <= most / 3 else ":" if count <= most * 2 / 3 else "#"
    return _HEIGHTS[max(math.ceil(count / most * 8), 1)]


def _ruler(end: int, columns: int, *, ascii_only: bool) -> str:
    """Return times at the quarters, as far as there is room: both ends first, then the middle, then the other two."""
    line = [" "] * columns
    for part in (0, 4, 2, 1, 3):
        text = "0" if not part else readable(end * part / 4, "ns", ascii_only=ascii_only)
        column = columns * part // 4 - (0 if not part else len(text) if part == 4 else len(text) // 2)
        if "".join(line[max(column - _APART, 0) : column + len(text) + _APART]).isspace():
            line[column : column + len(text)] = text
    return "".join(line).rstrip()
