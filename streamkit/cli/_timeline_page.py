"""Writes timelines, one line per item: text for people, JSON Lines for programs."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Iterable
from typing import Any

from streamkit.cli._output import CommandOutput, ascii_only
from streamkit.cli._remarks import name_of, remarks
from streamkit.cli.options import Console
from streamkit.model.message import Delta
from streamkit.model.stream import Stream
from streamkit.model.timeline import Moment, added
from streamkit.text import one_line, shorten
from streamkit.wire.values import Comment, Event, Ignored, Item, Tail

# The color role of each kind of delta; all others are quiet.
_ROLES = {
    "text": "",
    "reasoning": "accent",
    "refusal": "warning",
    "tool": "tool",
    "finish": "good",
    "error": "error",
}

# Columns of a bar, and those of a terminal from which on bars are drawn.
_BAR, _WIDE = 10, 120


class Page:
    """Writes streams one after another, as text or as JSON Lines."""

    def __init__(self, sink: CommandOutput, console: Console, format_name: str) -> None:
        self._sink, self._console, self._json = sink, console, format_name == "jsonl"
        self._width = terminal_width() if sink.terminal or "COLUMNS" in os.environ else None
        # Where a line has room for them, gaps and bytes are also drawn.
        self._wide = self._width is not None and self._width >= _WIDE
        self._ascii = ascii_only()
        self._paint = sink.paint
        self._last: int | None = None
        self._shown = 0

    def begin(self, stream: Stream) -> None:
        """Write the heading of a stream."""
        self._last = None
        for remark in remarks(stream):
            self._console.say(remark)
        if self._json:
            return
        dialect = f" · {stream.dialect}" if stream.dialect else ""
        model = f" · {stream.model}" if stream.model else ""
        head = f"{name_of(stream)}: {stream.api}{dialect}{model} over {stream.framing}"
        self._line(("\n" if self._shown else "") + one_line(head), "head")
        self._console.detail(f"{name_of(stream)}: detected: {stream.detected}")
        self._shown += 1
        times = f"{'time s':>9} {'gap s':>8}  " if stream.exchange.timed else ""
        if self._wide:
            times += f"{'gap' if stream.exchange.timed else '':<{_BAR}}  {'bytes':>7} {'':<{_BAR}}  "
        self._line(f"{'#':>5}  {times}what", "quiet")

    def show(self, stream: Stream, moments: Iterable[Moment]) -> None:
        """Write these items."""
        if self._json:
            self._sink.json_lines(moment_object(stream, moment) for moment in moments)
        else:
            self._sink.lines(self._item_line(stream, moment) for moment in moments)

    def end(self, stream: Stream) -> None:
        """Write how the stream ended."""
        if self._json:
            return
        counts = f"{_counted(len(stream.events), 'event')}, {_counted(len(stream.chunks), 'chunk')}"
        untimed = "" if stream.exchange.timed else "; no times in this log"
        self._line(f"       {counts}: {stream.verdict}{', excerpt' if stream.excerpt else ''}{untimed}", "quiet")

    def _item_line(self, stream: Stream, moment: Moment) -> str:
        head, gap = f"{moment.n:>5}  ", None
        if stream.exchange.timed:
            gap = None if moment.at is None or self._last is None else moment.at - self._last
            head += f"{_seconds(moment.at):>9} {_gap(gap):>8}  "
            self._last = moment.at if moment.at is not None else self._last
        if self._wide:
            head += self._bars(gap, moment.item.end - moment.item.start)
        message, role = _description(stream, moment)
        line = head + one_line(message)
        if self._width is not None:
            line = shorten(line, self._width)
        if not self._paint.on:
            return line
        return self._paint("quiet", line[: len(head)]) + self._paint(role, line[len(head) :])

    def _bars(self, gap: int | None, size: int) -> str:
        """Return the gap and the number of bytes as bars, with logarithmic scales from 1 ms to 10 s and from 1 byte to 10 kB."""
        gaps = _bar((gap or 0) / 1e6, 4, ascii_only=self._ascii)
        return f"{gaps}  {size:>7,} {_bar(size, 4, ascii_only=self._ascii)}  "

    def _line(self, text: str, role: str) -> None:
        shown = "\n".join(map(one_line, text.split("\n")))
        shown = shorten(shown, self._width) if self._width is not None else shown
        self._sink.line(self._paint(role, shown))


def moment_object(stream: Stream, moment: Moment) -> dict[str, Any]:
    """One item with its exact data and position. The fields are a stable contract."""
    item = moment.item
    event = item if isinstance(item, Event) else None
    row = {
        "file": stream.file,
        "exchange": stream.number,
        "n": moment.n,
        "at": moment.at,
        "kind": moment.kind,
        "event": event.name if event else None,
        "data": item.data.decode("utf-8", "replace"),
        "id": event.id if event else None,
        "retry": event.retry if event else None,
        "byte": item.start,
        "line": stream.exchange.frames.line_of(item.start),
    }
    try:
        item.data.decode("utf-8")
    except UnicodeDecodeError:
        row["invalid_utf8"] = True
    return row


def _description(stream: Stream, moment: Moment) -> tuple[str, str]:
    """Return what an item is and adds, with its color role."""
    item = moment.item
    if moment.chunk is not None and (deltas := added(stream, moment)):
        role = next((_ROLES[delta.kind] for delta in deltas if delta.kind in _ROLES), "quiet")
        return _name(item) + " · ".join(map(_delta, deltas)), role
    data = item.data[:2000].decode("utf-8", "replace")
    if isinstance(item, Comment):
        return f":{data}", "quiet"
    if isinstance(item, Ignored):
        return f"ignored ({item.reason}) {data}", "warning"
    if isinstance(item, Tail):
        return f"tail, never completed: {data}", "warning"
    name = _name(item)
    if moment.chunk is None:
        trouble = f"  [{moment.broken.kind}: {moment.broken.message}]" if moment.broken else ""
        return f"{name}{data}{trouble}", "error" if moment.broken else "good"
    redundant = stream.chunks[moment.chunk].get("type") == item.name
    return name if redundant else f"{name}{data}", "quiet"


def _name(item: Item) -> str:
    """Return the name of an event, unless it is the default."""
    return f"{item.name}  " if isinstance(item, Event) and item.name != "message" else ""


def _delta(delta: Delta) -> str:
    """One delta, in a few words."""
    choice = f"[{delta.choice}] " if delta.choice else ""
    if delta.kind in ("text", "reasoning", "refusal"):
        return f"{choice}{delta.kind} {_quoted(delta.text)}"
    if delta.kind == "tool":
        with_name = f" {delta.name}" if delta.name else ""
        with_id = f" ({delta.id})" if delta.id else ""
        return f"{choice}tool {delta.part}{with_name}{with_id}{f' {_quoted(delta.text)}' if delta.text else ''}"
    return f"{choice}{delta.kind}{f' {delta.text}' if delta.text else ''}"


def _quoted(text: str) -> str:
    # Typographic quotes show where the text begins and ends, and leave quotes in it alone.
    return f"“{text}”"


def _bar(value: float, decades: int, *, ascii_only: bool) -> str:
    """Return a bar of _BAR columns that is full at 10 to the power of `decades`; empty below 1."""
    length = min(max(math.log10(value) if value >= 1 else 0, 0.0) / decades, 1.0) * _BAR
    filled = max(math.ceil(length), 1) if value >= 1 else 0
    return f"{('#' if ascii_only else '■') * filled:<{_BAR}}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _seconds(at: int | None) -> str:
    return "-" if at is None else f"{at / 1e9:.3f}"


def _gap(gap: int | None) -> str:
    return "" if gap is None else f"+{gap / 1e9:.3f}"


def terminal_width() -> int:
    """Return the terminal's width in columns; COLUMNS overrides it."""
    return shutil.get_terminal_size((100, 24)).columns
