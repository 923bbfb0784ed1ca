"""Fast decoding of runs of blocks of the two forms that nearly all streams have.

The forms are `data: X`, blank; and `event: E`, `data: X`, blank, with or without the space. Both are verified line by line before
anything is decoded: blank lines are blank, and the others begin with their field. Everything else is left to the plain loop of `sse`,
which has the same results for every stream; tests compare the two.
"""

from __future__ import annotations

from itertools import compress, count, repeat
from operator import itemgetter, ne, not_

from streamkit.wire.columns import Columns

LEAST = 4
"""Minimum number of blocks; a shorter run costs more than it saves."""

SPANS = (64, 4096)
"""Blocks that are verified together, at first and at most: if a run ends early, verifying all the rest would be wasted."""

_DATA = b"data:"
_EVENT = b"event:"
# By line end: the blank lines of the first blocks, which identify a run, and the part of a line that is the value.
_BLANKS = {ending: [ending] * LEAST for ending in (b"\n", b"\r\n")}
_SPACED = {True: _DATA + b" ", False: _DATA}
_VALUES = {
    (spaced, ending): itemgetter(slice(len(prefix), -len(ending)))
    for spaced, prefix in _SPACED.items()
    for ending in _BLANKS
}


class _Names(dict[bytes, str]):
    """Event types by their lines: streams have few, so each is decoded once. The size is limited, because a stream may have many."""

    def __missing__(self, line: bytes) -> str:
        name = line.rstrip(b"\r\n")[len(_EVENT) :].removeprefix(b" ").decode("utf-8", "replace") or "message"
        if len(self) < 256:
            self[line] = name
        return name


NAMES = _Names()
"""Event types by the line that gives them, with its end."""


def only_block(data: bytes) -> tuple[bytes, str] | None:
    """Return the payload and the event type of bytes that are exactly one block of these forms with LF, otherwise None."""
    if not data.endswith(b"\n\n") or b"\r" in data:
        return None
    at, name = 0, "message"
    if data.startswith(_EVENT):
        at = data.find(b"\n") + 1
        name = NAMES[data[:at]]
    if not data.startswith(_DATA, at) or data.find(b"\n", at) != len(data) - 2:
        return None
    return data[at + (6 if data.startswith(b" ", at + 5) else 5) : -2], name


def read(lines: list[bytes], edges: list[int], index: int, ending: bytes, columns: Columns, last_id: str) -> int:
    """Decode the run of blocks that begins at line `index`, if there is one; return the index after it. No block is open there.

    Each line ends in `ending`, line i begins at `edges[i]`.
    """
    if index == len(lines):
        return index
    step = 2 if lines[index].startswith(_DATA) else 3
    if lines[index + step - 1 : index + step * LEAST : step] != _BLANKS[ending]:
        return index
    if step == 3 and not lines[index].startswith(_EVENT):
        return index
    span, most = SPANS
    while True:
        size = _read_span(lines, edges, index, step, span, ending, columns, last_id)
        index += size * step
        if size < span:
            return index
        span = min(span * 4, most)


def _read_span(
    lines: list[bytes],
    edges: list[int],
    index: int,
    step: int,
    span: int,
    ending: bytes,
    columns: Columns,
    last_id: str,
) -> int:
    """Decode at most `span` blocks of `step` lines; return how many there were."""
    stop = index + span * step
    blanks = lines[index + step - 1 : stop : step]
    size = len(blanks)
    if blanks.count(ending) != size:
        size = next(compress(count(), map(ne, blanks, repeat(ending))))
    values = lines[index + step - 2 : index + size * step : step]
    if not values:
        return 0
    # Either all have the space after the colon or none, like the first, so that all values begin at the same column.
    spaced = values[0].startswith(_SPACED[True])
    size = _how_many_start_with(_SPACED[spaced], values)
    if not spaced:
        size = next(compress(count(), map(bytes.startswith, values[:size], repeat(_SPACED[True]))), size)
    names = None
    if step == 3:
        named = lines[index : index + size * step : step]
        size = _how_many_start_with(_EVENT, named)
        names = list(map(NAMES.__getitem__, named[:size]))
    if size:
        places = edges[index : index + size * step + 1 : step]
        ends = places[1:]
        places.pop()
        if ending == b"\r\n":
            ends = [end - 1 for end in ends]  # a line ends with its CR
        columns.add_many(list(map(_VALUES[spaced, ending], values[:size])), places, ends, names, last_id)
    return size


def _how_many_start_with(prefix: bytes, lines: list[bytes]) -> int:
    if all(map(bytes.startswith, lines, repeat(prefix))):
        return len(lines)
    return next(compress(count(), map(not_, map(bytes.startswith, lines, repeat(prefix)))))
