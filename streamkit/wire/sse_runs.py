"""Runs of blocks of the two shapes that nearly all streams have, found and read at the speed of C.

`data: X`, blank; and `event: E`, `data: X`, blank. Both are proven line by line before anything is read: every line that
should be blank is, every other begins with its field. What is not proven is left to the plain loop of `sse`, which gives
the same for every stream; the tests hold the two equal.
"""

from __future__ import annotations

from itertools import compress, count, repeat
from operator import itemgetter, ne, not_

from streamkit.wire.columns import Columns

LEAST = 4
"""Blocks: a shorter run costs more than it saves."""

SPANS = (64, 4096)
"""Blocks looked at together, at first and at most: a run that ends early must not have cost the look at all the rest."""

_DATA = b"data: "
_EVENT = b"event: "
# By line end: the blank lines of the first blocks, by which a run is told, and what of a line is the value.
_BLANKS = {ending: [ending] * LEAST for ending in (b"\n", b"\r\n")}
_DATA_VALUE = {ending: itemgetter(slice(len(_DATA), -len(ending))) for ending in (b"\n", b"\r\n")}


class _Names(dict[bytes, str]):
    """Event types by their lines: streams have few, so each is decoded once; bounded, since a stream may have many."""

    def __missing__(self, line: bytes) -> str:
        name = line.rstrip(b"\r\n")[len(_EVENT) :].decode("utf-8", "replace") or "message"
        if len(self) < 256:
            self[line] = name
        return name


_names = _Names()


def read(lines: list[bytes], edges: list[int], index: int, ending: bytes, columns: Columns, last_id: str) -> int:
    """Read the run of blocks that begins at line `index`, where no block is open, if any; gives the index after it.

    Each line ends in `ending`, line i begins at `edges[i]`.
    """
    line = lines[index]
    if line.startswith(_DATA):
        step = 2
    elif line.startswith(_EVENT):
        step = 3
    else:
        return index
    if lines[index + step - 1 : index + step * LEAST : step] != _BLANKS[ending]:
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
    """Read at most `span` blocks of `step` lines; gives how many there were."""
    stop = index + span * step
    blanks = lines[index + step - 1 : stop : step]
    size = len(blanks)
    if blanks.count(ending) != size:
        size = next(compress(count(), map(ne, blanks, repeat(ending))))
    stop = index + size * step
    values = lines[index + step - 2 : stop : step]
    size = _how_many_start_with(_DATA, values)
    if step == 3:
        named = lines[index : index + size * step : step]
        size = _how_many_start_with(_EVENT, named)
        names = list(map(_names.__getitem__, named[:size]))
    else:
        names = None
    if size:
        places = edges[index : index + size * step + 1 : step]
        ends = places[1:]
        places.pop()
        if ending == b"\r\n":
            ends = [end - 1 for end in ends]  # a line ends with its CR
        columns.add_many(list(map(_DATA_VALUE[ending], values[:size])), places, ends, names, last_id)
    return size


def _how_many_start_with(prefix: bytes, lines: list[bytes]) -> int:
    if all(map(bytes.startswith, lines, repeat(prefix))):
        return len(lines)
    return next(compress(count(), map(not_, map(bytes.startswith, lines, repeat(prefix)))))
