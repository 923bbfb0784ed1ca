"""Fast decoding of long runs of blocks that begin alike, cut at what lies between their data instead of line by line.

Such a block is an optional `event` line, then one `data` line with a space; all lines end in LF, or all in CRLF. Between the data of
two such blocks lie always the same bytes: a line end, a blank line, and the beginning of a block. What is cut out there and holds
no line end is the data of one block. Blocks without an `event` line and with LF are left to `sse_runs`, which is faster for them;
and everything else to the plain loop of `sse`, which has the same results for every stream; tests compare the two.
"""

from __future__ import annotations

from itertools import accumulate, chain, repeat
from operator import add
from typing import NamedTuple

from streamkit.patterns import pattern
from streamkit.wire.columns import Columns
from streamkit.wire.sse_runs import NAMES

LEAST = 4096
"""Bytes: fewer are not searched for a run."""

WINDOW = 24_000
"""Bytes that are cut together: in longer ones, Python's search prepares a table for each match."""

_HEAD = pattern(rb"(event:[^\r\n]*\r?\n)?data: ")


class BlockRun(NamedTuple):
    """A run of blocks: where its first block begins, the beginning of each, their event type, and their line end."""

    start: int
    head: bytes
    name: str
    ending: bytes


def find(data: bytes, start: int) -> BlockRun | None:
    """Return a run of blocks in `data[start:]` that is long enough to have two at a quarter, the middle or three quarters of
    it; or None. At `start` no block is open."""
    ending = b"\r\n" if b"\r" in data else b"\n"
    blank = ending * 2
    for quarter in (2, 1, 3):
        index = data.rfind(blank, start, start + (len(data) - start) * quarter // 4)
        match = _HEAD.match(data, index + len(blank)) if index >= 0 else None
        if match is None:
            continue
        head, line = match.group(0, 1)
        if not line.endswith(ending) if line else ending == b"\n":
            return None
        between = blank + head
        if data.startswith(between, data.find(blank, match.end())):
            name = NAMES[line] if line else "message"
            if data.startswith(head, start) and data.startswith(between, data.find(blank, start + len(head))):
                return BlockRun(start, head, name, ending)
            return BlockRun(data.find(between, start) + len(blank), head, name, ending)
    return None


def read(data: bytes, run: BlockRun, offset: int, columns: Columns, last_id: str) -> int:
    """Decode the blocks of a run that follow each other from its start; return where in `data` they end.

    `offset` is that of the run's first block in the body.
    """
    blank = run.ending * 2
    between = blank + run.head
    at: int = run.start
    offset -= at
    while True:
        begin = at + len(run.head)  # `data` has the head here
        stop = data.rfind(between, begin, begin + WINDOW)
        if stop >= 0:
            values = data[begin:stop].split(between)
        else:
            stop = data.find(run.ending, begin, at + WINDOW - len(run.ending))
            values = [data[begin:stop]] if stop >= 0 and data.startswith(blank, stop) else []
        whole = len(values)
        joined = b"".join(values)
        if b"\n" in joined or b"\r" in joined:
            del values[next(index for index, value in enumerate(values) if b"\n" in value or b"\r" in value) :]
        if not values:
            return at
        sizes = map(add, map(len, values), repeat(len(between)))
        starts = list(accumulate(chain((offset + at,), sizes)))
        at = starts[-1] - offset
        # A line ends with its CR.
        ends = starts[1:] if run.ending == b"\n" else [start - 1 for start in starts[1:]]
        starts.pop()
        names = None if run.name == "message" else [run.name] * len(values)
        columns.add_many(values, starts, ends, names, last_id)
        if len(values) < whole or not data.startswith(run.head, at):
            return at
