"""`stats --follow`: one line per stream while a proxy records, and the summary of all streams so far."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from streamkit.apis import interpret
from streamkit.cli._following import ended_and_pauses
from streamkit.cli._output import CommandOutput, to_json_text
from streamkit.cli.options import Console
from streamkit.palette import VERDICTS, unpainted
from streamkit.reporters import Column, Row, readable
from streamkit.service.measuring import Run
from streamkit.text import one_line, width

# The metrics in a line by default.
_TOLD = ("time_to_first_token_ns", "output_tokens", "operation_duration_ns", "output_tokens_per_second")

# Moves to the start of the line N lines above, and clears everything after it.
_UP_AND_CLEAR = "\x1b[{}F\x1b[J"

Summarize = Callable[[Iterator[Row]], Iterator[str]]


def follow_stats(
    path: str,
    run: Run,
    summary: Summarize,
    sink: CommandOutput,
    console: Console,
    names: tuple[str | None, str | None],
    *,
    rows: bool,
) -> None:
    """Write a line for each stream once it has ended, until interrupted. `rows` writes its row of JSON instead.

    On a terminal the summary is below the lines and is redrawn; otherwise it is written once, at the end. Raises
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
                    sink.piece(to_json_text(row) + "\n", json=True)
                else:
                    sink.line(_line(row, run, sink))
    finally:
        if not rows and not below.drawn:
            below.write()


class _Below:
    """The summary below the lines. A terminal shows the newest only."""

    def __init__(self, sink: CommandOutput, summary: Summarize, *, live: bool) -> None:
        self._sink, self._summary, self._live = sink, summary, live
        self._height = 0

    @property
    def drawn(self) -> bool:
        """Whether the summary on the terminal is current."""
        return bool(self._height)

    def draw(self) -> None:
        """Draw the summary if it is not on the terminal."""
        if self._live and not self._height:
            self._height = self.write()

    def clear(self) -> None:
        """Erase the summary, so that a line can be written above it."""
        if self._height:
            self._sink.control(_UP_AND_CLEAR.format(self._height))
            self._height = 0

    def write(self) -> int:
        """Write the summary, truncated to the terminal while it is live, and return its height in lines."""
        size = shutil.get_terminal_size((80, 24))
        height = 0
        for line in "".join(self._summary(iter(()))).splitlines():
            taken = max(1, -(-width(unpainted(line)) // size.columns))
            if self._live and height + taken > size.lines - 2:
                break
            self._sink.painted(line + "\n")
            height += taken
        return height


def _line(row: Row, run: Run, sink: CommandOutput) -> str:
    """Return the line of one stream: its file, how it ended, and its numbers."""
    name = row["file"] if row["exchange"] == 1 else f"{row['file']}#{row['exchange']}"
    outcome = str(row["outcome"])
    columns = [column for column in run.columns() if run.wanted.metrics or column.key in _TOLD]
    numbers = [f"{column.head} {_number(column, row['metrics'], ascii_only=sink.ascii_only)}" for column in columns]
    return "  ".join([one_line(name), sink.paint(VERDICTS.get(outcome, "error"), outcome), *numbers])


def _number(column: Column, metrics: Mapping[str, Any], *, ascii_only: bool) -> str:
    value = metrics.get(column.key)
    if column.many and value is not None:
        return f"p50 {readable(value['p50'], column.unit, ascii_only=ascii_only)}"
    return readable(value, column.unit, ascii_only=ascii_only)
