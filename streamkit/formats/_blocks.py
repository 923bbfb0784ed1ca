"""Split a body into frames where its events end: after a blank line, a line, a message, an element."""

from __future__ import annotations

from collections.abc import Iterable

from streamkit.model.exchange import Frames
from streamkit.patterns import pattern
from streamkit.wire.framing import SSE, choose

# A line end and at least one more. A CR before LF is not a line end by itself.
_BLOCK_END = pattern(rb"(?:\r\n|\n|\r(?!\n))[\r\n]++")

_MOST_FRAMES = 200_000  # beyond it blocks share a frame: a frame costs a hundred bytes, a block may have three


def block_frames(body: bytes, line: int | None = 1) -> Frames:
    """Return the frames of an event stream that starts on `line` of its file: one per block, including its blank line."""
    return cut_at(body, (match.end() for match in _BLOCK_END.finditer(body)), line)


def framed(body: bytes, content_type: str | None, line: int | None = None) -> Frames:
    """Return the frames of a whole body in any framing, cut at the ends of its events."""
    framing = choose(content_type, body[:4096])
    return block_frames(body, line) if framing is SSE else cut_at(body, framing.decode(body).ends, line)


def cut_at(body: bytes, ends: Iterable[int], line: int | None) -> Frames:
    """Return the frames of a body cut at these offsets (ascending). Joined, they are the body again; no times.

    `line` is the line of the file that the body starts on; None if lines mean nothing, as in binary bodies.
    """
    least = len(body) // _MOST_FRAMES
    data: list[bytes] = []
    lines: list[int | None] = []
    start = 0
    for end in ends:
        if end - start < least or end <= start:
            continue
        data.append(body[start:end])
        lines.append(line)
        line = line if line is None else line + body.count(b"\n", start, end)
        start = end
    if start < len(body):
        data.append(body[start:])
        lines.append(line)
    return Frames(data, [None] * len(data), lines, verbatim=line is not None)
