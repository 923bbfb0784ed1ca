"""Decode lines of a code, a colon and a JSON value, such as `0:"Hello"`: the AI SDK's data stream, before its version 5.

Lines end with LF; CRs before it belong to the line end. The name of an event is the code of its line, its data the rest.
A line that does not begin with a code is `Ignored` with the reason `not-json`. If the last line has no LF, it is an event
if its value is complete, otherwise a `Tail`.
"""

from __future__ import annotations

from contextlib import suppress

import orjson

from streamkit.patterns import pattern
from streamkit.wire import ndjson
from streamkit.wire.ndjson import LIMIT
from streamkit.wire.values import Events, Ignored, Tail

_CODE = pattern(rb"[0-9A-Za-z]{1,8}\Z")
_FIRST_LINE = pattern(rb'\A(?:\xef\xbb\xbf)?[\r\n]*[0-9a-k]:["{\[]')


class Decoder(ndjson.Decoder):
    """Decodes such lines incrementally. A line of more than `limit` bytes is returned as `Ignored(b"", "too-long", ...)`."""

    __slots__ = ()

    def _lines(self, lines: list[bytes], edges: list[int]) -> None:
        for line, start, end in zip(lines, edges, edges[1:], strict=False):
            if self._skipping or end - start > self._limit:
                self._columns.aside(Ignored(b"", "too-long", start, end))
                self._skipping = False
            else:
                self._line(line.rstrip(b"\r\n"), start, end)

    def _line(self, line: bytes, start: int, end: int) -> None:
        code, colon, value = line.partition(b":")
        if colon and _CODE.match(code):
            self._columns.add(value, start, end, code.decode())
        elif line.strip():
            self._columns.aside(Ignored(line, "not-json", start, end))

    def _finish(self) -> None:
        line = b"".join(self._partial)
        self._partial = []
        with suppress(orjson.JSONDecodeError):
            orjson.loads(line.partition(b":")[2])
            self._line(line.rstrip(b"\r"), self._line_start, self._offset)
            return
        if line.strip() or self._skipping:
            self._columns.aside(Tail(b"" if self._skipping else line, self._line_start, self._offset))


def decode(body: bytes, limit: int = LIMIT) -> Events:
    """Decode a complete body: the items of a `Decoder`, in columns."""
    return Decoder(limit).whole(body)


def recognises(head: bytes) -> bool:
    """Return whether these first bytes begin with a code of the data stream and a value of a type that follows codes."""
    return _FIRST_LINE.match(head) is not None
