"""An event stream's bytes cut into frames: one a block, after the blank line that ends it."""

from __future__ import annotations

import re

from streamkit.model.exchange import Frames

# Two line ends in a row. A CR before LF is no line end of its own.
_BLOCK_END = re.compile(rb"(?:\r\n|\n|\r(?!\n)){2,}")

_MOST_FRAMES = 200_000  # beyond it blocks share a frame: a frame costs a hundred bytes, a block may have three


def cut(body: bytes, line: int = 1) -> Frames:
    """The frames of a body that starts on `line` of its file. Joined, they are the body again; no times."""
    least = len(body) // _MOST_FRAMES
    data: list[bytes] = []
    lines: list[int | None] = []
    start = 0
    for match in _BLOCK_END.finditer(body):
        if match.end() - start < least:
            continue
        data.append(body[start : match.end()])
        lines.append(line)
        line += body.count(b"\n", start, match.end())
        start = match.end()
    if start < len(body):
        data.append(body[start:])
        lines.append(line)
    return Frames(data, [None] * len(data), lines, verbatim=True)
