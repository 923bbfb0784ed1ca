"""`stats --follow`: a line a stream while a proxy writes it, and the summary of all so far."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from streamkit.apis import interpret
from streamkit.cli._following import ended_and_pauses
from streamkit.cli._output import Sink, json_text
from streamkit.cli.options import Console
from streamkit.palette import VERDICTS, unpainted
from streamkit.reporters import Column, Row, shown
from streamkit.service.measuring import Run
from streamkit.text import one_line, width

# What a line tells of a stream unless metrics are named.
_TOLD = ("time_to_first_token_ns", "output_tokens", "operation_duration_ns", "output_tokens_per_second")

# Moves to the start of the line so many lines above, and clears all from there on.
_UP_AND_CLEAR = "\x1b[{}F\x1b[J"

Summary = Callable[[Iterator[Row]], Iterator[str]]


def follow_stats(
    path: str,
    run: Run,
    summary: Summary,
    sink: Sink,
    console: Console,
    names: tuple[str | None, str | None],
    *,
    rows: bool,
) -> None:
    """Write a line for each stream once it has ended, until interrupted. `rows` writes its row of JSON instead.

    On a terminal the summary of all stands below and is drawn anew; elsewhere it is written once, when it is over. Raises
    UnreadableInput.
    """
    console.say(f"following {path}: streams appear as they end; Ctrl-C stops")
    below = _Below(sink, summary, live=sink.terminal and not rows)
    try:
        for exchange in ended_and_pauses(path):
            if exchange is None:
                below.draw()
                continue
            for row in run.rows([interpret(exchange, api=names[0], dialect=names[1])]):
                below.clear()
                if rows:
                    sink.piece(json_text(row) + "\n", json=True)
                else:
                    sink.line(_line(row, run, sink))
    finally:
        if not rows and not below.drawn:
            below.write()


class _Below:
    """The summary below the lines, of which a terminal shows the newest only."""

    def __init__(self, sink: Sink, summary: Summary, *, live: bool) -> None:
        self._sink, self._summary, self._live = sink, summary, live
        self._height = 0

    @property
    def drawn(self) -> bool:
        """Whether the summary stands on the terminal as it is now."""
        return bool(self._height)

    def draw(self) -> None:
        """Draw the summary where it is not there."""
        if self._live and not self._height:
            self._height = self.write()

    def clear(self) -> None:
        """Take the summary away, for another line above it."""
        if self._height:
            self._sink.control(_UP_AND_CLEAR.format(self._height))
            self._height = 0

    def write(self) -> int:
        """Write the summary, cut to the terminal where it is live, and return its height in lines."""
        size = shutil.get_terminal_size((80, 24))
        height = 0
        for line in "".join(self._summary(iter(()))).splitlines():
            taken = max(1, -(-width(unpainted(line)) // size.columns))
            if self._live and height + taken > size.lines - 2:
                break
            self._sink.painted(line + "\n")
            height += taken
        return height


def _line(row: Row, run: Run, sink: Sink) -> str:
    """One stream: where it is, how it ended, and its numbers."""
    place = row["file"] if row["exchange"] == 1 else f"{row['file']}#{row['exchange']}"
    outcome = str(row["outcome"])
    columns = [column for column in run.columns() if run.wanted.metrics or column.key in _TOLD]
    numbers = [f"{column.head} {_number(column, row['metrics'], ascii_only=sink.ascii_only)}" for column in columns]
    return "  ".join([one_line(place), sink.paint(VERDICTS.get(outcome, "error"), outcome), *numbers])


def _number(column: Column, metrics: Mapping[str, Any], *, ascii_only: bool) -> str:
    value = metrics.get(column.key)
    if column.many and value is not None:
        return f"p50 {shown(value['p50'], column.unit, ascii_only=ascii_only)}"
    return shown(value, column.unit, ascii_only=ascii_only)
