"""Decode newline-delimited JSON, used by Ollama: each line that is not blank is an event.

Lines end with LF; CRs before it belong to the line end (JSON itself cannot end with one). If the last line has no
LF, it is an event if it ends like an object or array, otherwise a `Tail`. `Event.start` is the line's first byte, `end`
is after its LF. The payload is not parsed here: a line that is not JSON is an event whose data is not JSON.
"""

from __future__ import annotations

import io
from itertools import accumulate, repeat

from streamkit.patterns import pattern
from streamkit.wire.columns import ColumnDecoder
from streamkit.wire.values import Event, Events, Ignored, Tail

LIMIT = 64 * 1024 * 1024
"""Maximum size of a line in bytes that a decoder keeps by default."""

_FIRST_NAME = pattern(rb'\{[ \t]*"')
_MARK = b"\xef\xbb\xbf"


class Decoder(ColumnDecoder):
    """Decodes NDJSON incrementally. A line of more than `limit` bytes is returned as `Ignored(b"", "too-long", ...)`."""

    __slots__ = ("_begun", "_limit", "_line_start", "_offset", "_partial", "_skipping")

    def __init__(self, limit: int = LIMIT) -> None:
        super().__init__()
        self._limit = limit
        self._offset = 0
        self._line_start = 0
        self._partial: list[bytes] = []
        self._begun = False
        self._skipping = False

    def _take(self, data: bytes) -> None:
        if data and not self._begun:
            data = self._strip_mark(data)
        lines = io.BytesIO(data).readlines()
        if not lines:
            return
        edges = list(accumulate(map(len, lines), initial=self._offset))
        self._offset = edges[-1]
        rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
        if lines:
            if self._partial:
                lines[0] = b"".join((*self._partial, lines[0]))
                self._partial = []
            edges[0] = self._line_start
            self._lines(lines, edges)
            self._line_start = edges[len(lines)]
        if rest:
            self._partial.append(rest)
            self._skipping = self._skipping or self._offset - self._line_start > self._limit
            if self._skipping:
                self._partial = []

    def _strip_mark(self, data: bytes) -> bytes:
        """Skip one leading byte order mark, which may be split across feeds. RFC 8259, section 8.1, allows it."""
        data = b"".join((*self._partial, data))
        self._partial, self._offset = [], 0
        if len(data) < len(_MARK) and _MARK.startswith(data):
            self._partial, self._offset = [data], len(data)
            return b""
        self._begun = True
        if data.startswith(_MARK):
            self._columns.aside(Ignored(_MARK, "byte-order-mark", 0, len(_MARK)))
            self._offset = self._line_start = len(_MARK)
            data = data[len(_MARK) :]
        return data

    def _lines(self, lines: list[bytes], edges: list[int]) -> None:
        """Process complete lines; line i extends from `edges[i]` to `edges[i + 1]`."""
        payloads = list(map(bytes.rstrip, lines, repeat(b"\r\n")))
        small = edges[len(lines)] - edges[0] <= self._limit and not self._skipping
        if small and all(map(bytes.startswith, payloads, repeat(b"{"))):
            # The common case at C speed: no line is blank or too long.
            self._columns.add_many(payloads, edges[: len(lines)], edges[1 : len(lines) + 1])
            return
        for index, payload in enumerate(payloads):
            start, end = edges[index], edges[index + 1]
            if self._skipping or end - start > self._limit:
                self._columns.aside(Ignored(b"", "too-long", start, end))
                self._skipping = False
            elif payload.strip():
                self._columns.add(payload, start, end)

    def _finish(self) -> None:
        data = b"".join(self._partial)
        self._partial = []
        if self._skipping:
            self._columns.aside(Tail(b"", self._line_start, self._offset))
        elif data.rstrip().endswith((b"}", b"]")):
            self._columns.add(data.rstrip(b"\r"), self._line_start, self._offset)
        elif data.strip():
            self._columns.aside(Tail(data, self._line_start, self._offset, _as_event(data, self._line_start)))


def _as_event(data: bytes, start: int) -> Event:
    """Return the unfinished line as an event, as readers do that end the last line at the end of the file."""
    return Event(data.rstrip(b"\r"), start=start, end=start + len(data))


def decode(body: bytes, limit: int = LIMIT) -> Events:
    """Decode a complete body: the items of a `Decoder`, in columns."""
    return Decoder(limit).whole(body)


def recognises(head: bytes) -> bool:
    """Return whether these first bytes are one object per line: the first line is one, and so are most of the others.

    A few lines may be invalid; the lines after them are still events. The lines of a single object printed over several lines
    neither begin nor end an object. A single unfinished line is accepted, too, if a name follows its brace, because the first
    line of a stream may be long. If that object is the whole body, decoding it as a document returns the same event.
    """
    whole, _, rest = head.removeprefix(_MARK).rpartition(b"\n")
    lines = [line.strip() for line in whole.split(b"\n")]
    lines = [line for line in lines if line]
    rest = rest.strip()
    objects = [line.startswith(b"{") and line.endswith(b"}") for line in lines]
    if objects and not (objects[0] and objects.count(True) * 2 > len(objects)):
        return False
    return bool(_FIRST_NAME.match(rest)) or (bool(lines) and (not rest or rest == b"{" or len(lines) > 1))
