"""Decode a body of JSON text: each element of a top-level array, or each top-level object, is an event.

Gemini streams such an array, element by element, unless SSE is requested; an error instead of a stream is a single
object. Several top-level values may follow each other (an error object right after an array, objects one after the other).
Elements are found by counting brackets outside strings (RFC 8259, sections 2, 5 and 7); they are not parsed, and the kinds
of brackets are not matched. From anything that is not allowed at its position, the rest of the body is `Ignored` with the
reason `not-json`; so is a top-level scalar.

`Event.start` is the element's first byte, `end` is after its last. If the body ends within an element, the `Tail`
contains its bytes; if it ends between the elements of an unclosed array, the `Tail` is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from streamkit.patterns import pattern
from streamkit.wire.columns import ColumnDecoder, Rubbish
from streamkit.wire.values import Events, Ignored, Tail

LIMIT = 64 * 1024 * 1024
"""Maximum size of an element in bytes that a decoder keeps by default."""

_SPACE = pattern(rb"[ \t\r\n]*+")
_BETWEEN = pattern(rb"[ \t\r\n,]*+")
_SCALAR = pattern(rb"[^ \t\r\n,\[\]{}\"]*+")
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+){0,64}"'
_TO_BRACKET = pattern(rb'[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+){0,64}', re.DOTALL)
"""Matches from outside a string to the next bracket, skipping complete strings; or to the quotation mark of a string that
does not end in these bytes or is left for the next step."""
_IN_STRING = pattern(rb'[^"\\]*+(?:\\.[^"\\]*+){0,64}', re.DOTALL)
# Groups are not possessive, because Python before 3.11.5 matches those incorrectly. Greedy groups match the same, as their
# alternatives exclude each other, but keep a state for each repetition, so the number of repetitions is limited.
_QUOTE = 0x22
_OPENING = b"{["
_MARK = b"\xef\xbb\xbf"


class Decoder(ColumnDecoder):
    """Decodes JSON text incrementally. It has a state for each position at which the body may be split, so that every byte
    is read once.

    An element of more than `limit` bytes is returned as `Ignored(b"", "too-long", ...)`.
    """

    __slots__ = (
        "_array",
        "_depth",
        "_limit",
        "_mark",
        "_offset",
        "_pieces",
        "_rubbish",
        "_size",
        "_start",
        "_state",
    )

    def __init__(self, limit: int = LIMIT) -> None:
        super().__init__()
        self._rubbish = Rubbish("not-json")
        self._limit = limit
        self._offset = 0  # of the first byte of the current feed
        self._mark = b""
        self._array = False  # whether the top level is inside an array
        self._depth = 0  # of brackets within the element
        self._start = 0  # of the element
        self._size = 0  # of the pieces
        self._pieces: list[bytes] = []
        self._state: Callable[[bytes, int], int] = self._at_mark

    def _take(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            at = self._state(data, at)
        if self._inside():
            self._keep(data[max(0, self._start - self._offset) :])
        self._offset += len(data)

    def _inside(self) -> bool:
        return self._state in (self._in_element, self._in_string, self._after_escape, self._in_scalar)

    # The states: each processes the feed from `at` and returns the position at which it stopped.

    def _at_mark(self, data: bytes, at: int) -> int:
        """At the beginning, where a byte order mark may be ignored (RFC 8259, section 8.1)."""
        wanted = _MARK[len(self._mark) :]
        piece = data[at : at + len(wanted)]
        if not wanted.startswith(piece):
            self._state = self._at_top
            if self._mark:
                self._rubbish.add(self._mark, 0, self._columns)
                self._mark = b""
                self._state = self._in_rubbish
            return at
        self._mark += piece
        if self._mark == _MARK:
            self._columns.aside(Ignored(_MARK, "byte-order-mark", 0, len(_MARK)))
            self._mark = b""
            self._state = self._at_top
        return at + len(piece)

    def _at_top(self, data: bytes, at: int) -> int:
        """Outside of any value."""
        at = _end(_SPACE, data, at)
        if at == len(data):
            return at
        if data[at : at + 1] == b"[":
            self._array = True
            self._state = self._in_array
            return at + 1
        if data[at : at + 1] == b"{":
            return self._begin(self._in_element, at)
        self._state = self._in_rubbish
        return at

    def _in_array(self, data: bytes, at: int) -> int:
        """Between the elements of the top-level array."""
        at = _end(_BETWEEN, data, at)
        if at == len(data):
            return at
        first = data[at : at + 1]
        if first == b"]":
            self._array = False
            self._state = self._at_top
            return at + 1
        if first == b"}":
            self._array = False
            self._state = self._in_rubbish
            return at
        return self._begin(self._in_element if first in b'{["' else self._in_scalar, at)

    def _begin(self, state: Callable[[bytes, int], int], at: int) -> int:
        self._start = self._offset + at
        self._depth = 0
        self._state = state
        return at

    def _in_element(self, data: bytes, at: int) -> int:
        """Within an object or an array, or at the start of a string, but not within a string that is split across feeds."""
        depth, size = self._depth, len(data)
        while True:
            if depth or data[at] != _QUOTE:
                at = _end(_TO_BRACKET, data, at)
            if at == size:
                break
            bracket = data[at]
            at += 1
            if bracket == _QUOTE:
                self._state = self._in_string
                break
            depth += 1 if bracket in _OPENING else -1
            if depth == 0:
                self._end_element(data, at)
                break
        self._depth = depth
        return at

    def _in_string(self, data: bytes, at: int) -> int:
        """Within a string that is an element, or that did not end in the feed in which it began."""
        at = _end(_IN_STRING, data, at)
        if at == len(data):
            return at
        if data[at : at + 1] == b"\\":
            self._state = self._after_escape
            return at + 1
        self._state = self._in_element
        if self._depth == 0:
            self._end_element(data, at + 1)
        return at + 1

    def _after_escape(self, data: bytes, at: int) -> int:
        """After a reverse solidus that was the last byte of a feed: the next byte is part of the escape."""
        self._state = self._in_string
        return at + 1

    def _in_scalar(self, data: bytes, at: int) -> int:
        """Within an array element that is a number, a literal, or invalid."""
        at = _end(_SCALAR, data, at)
        if at < len(data):
            self._end_element(data, at)
        return at

    def _in_rubbish(self, data: bytes, at: int) -> int:
        self._rubbish.add(data[at:], self._offset + at, self._columns)
        return len(data)

    def _keep(self, piece: bytes) -> None:
        """Keep bytes of an element that continues in the next feed, unless it already exceeds the limit."""
        self._size += len(piece)
        self._pieces.append(piece)
        if self._size > self._limit:
            self._pieces = []

    def _end_element(self, data: bytes, at: int) -> None:
        end = self._offset + at
        if end - self._start > self._limit:
            self._columns.aside(Ignored(b"", "too-long", self._start, end))
        else:
            last = data[max(0, self._start - self._offset) : at]
            self._columns.add(b"".join((*self._pieces, last)), self._start, end)
        self._pieces, self._size = [], 0
        self._state = self._in_array if self._array else self._at_top

    def _finish(self) -> None:
        if self._mark:
            self._rubbish.add(self._mark, 0, self._columns)
        self._rubbish.flush(self._columns)
        if self._inside():
            self._columns.aside(Tail(b"".join(self._pieces), self._start, self._offset))
        elif self._array:
            self._columns.aside(Tail(b"", self._offset, self._offset))


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    """Return the end of the match of a pattern that always matches."""
    found = pattern.match(data, at)
    return found.end() if found else at


def decode(body: bytes, limit: int = LIMIT) -> Events:
    """Decode a complete body: the items of a `Decoder`, in columns."""
    return Decoder(limit).whole(body)
