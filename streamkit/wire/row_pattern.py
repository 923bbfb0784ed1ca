r"""Rows of JSON that differ in a few holes alone, recognised in one pass over many of them by a regular expression.

A row is its constant pieces with holes between them. Of a long piece, the expression has the first two bytes and the number of
the others: `re` steps over any number of bytes at once, but compares bytes one by one. It cuts these pieces out, and each is
compared as a whole. So streams that differ in an identifier share one expression, and none is compiled for the next one.

Why a row that is found is valid JSON, if a row with other values in its holes is:

- its pieces are those of that row, byte by byte, and in the same places;
- a text has no quote, no control character and no backslash but in a whole escape, and is valid UTF-8 (what is from its first
  escape or non-ASCII byte on is decoded);
- a number has the grammar of JSON, and is so short that it fits into 64 bits.

A row ends in a line feed, and has no other: neither a piece nor a hole can have one. The first row begins at the beginning, so each
begins where the one before it ends, whether that fits or not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import lru_cache
from itertools import compress, repeat
from operator import and_, eq, ne
from typing import NamedTuple

TEXT = "text"
"""A hole inside a string, with one character at least."""

ESCAPED_TEXT = "escaped text"
"""The same where the row is inside a string itself: an escape is written with two backslashes there."""

NUMBER, COUNT = "number", "count"
"""A number of JSON; an integer from 1."""

_LONG = 40
"""Bytes: a piece of fewer is compared by the expression sooner than it is cut out."""

_REPEATED = b"*+" if sys.version_info >= (3, 11, 5) else b"{0,64}"
"""The escapes in a text. Python before 3.11.5 matches possessive groups incorrectly (gh-106052); a greedy one, which is slower,
keeps a state for each repetition, so they are limited."""

_HEX = rb"[0-9a-fA-F]"
_PLAIN = rb"[ !#-\[\]-\x7f]"
_ANY = rb'[^"\\\x00-\x1f]'
# Greedy groups are as good as possessive ones here: the first byte of the piece that follows a hole excludes that the hole is
# matched in another way, so that a row that does not fit is not tried again and again.
_NUMBERS = {
    NUMBER: rb"-?(?:0|[1-9][0-9]{0,17}+)(?:\.[0-9]{1,40}+)?(?:[eE][-+]?[0-9]{1,2}+)?",
    COUNT: rb"[1-9][0-9]{0,17}+",
}


def _text(backslash: bytes, quoted: bytes) -> bytes:
    """Return the expression of a text, with a group of what is from its first escape or non-ASCII byte on."""
    pair = b"[dD][89abAB]%b{2}%bu[dD][c-fC-F]%b{2}" % (_HEX, backslash, _HEX)
    unicode = b"u(?:[0-9a-cefA-CEF]%b{3}|[dD][0-7]%b{2}|%b)" % (_HEX, _HEX, pair)
    escape = b"%b(?:[bfnrt/]|%b|%b)" % (backslash, quoted, unicode)
    end = b'"' if backslash == rb"\\" else rb"\\" + b'"'
    return b"(?!%b)%b*+(%b*+(?:%b%b*+)%b)" % (end, _PLAIN, _ANY, escape, _ANY, _REPEATED)


_HOLES = {**_NUMBERS, TEXT: _text(rb"\\", rb'["\\]'), ESCAPED_TEXT: _text(rb"\\\\", rb'\\["\\]')}


class Rows(NamedTuple):
    """What was found: which rows fit, None if all do; and of those what is in the group at their beginning, and of each hole what
    is in its texts from their first escape or non-ASCII byte on (not of holes whose texts have neither)."""

    which: list[bool] | None
    begins: Sequence[bytes]
    rests: Sequence[Sequence[bytes]]


class RowPattern:
    """What recognises rows: `begin` is the expression of what is before the first piece, with one group, which is not empty, and
    `end` what is after the last, with its line feed. There is a hole between each piece and the next."""

    __slots__ = ("_begin", "_end", "_holes", "_long", "_pieces", "_rests")

    def __init__(self, begin: bytes, pieces: Sequence[bytes], holes: Sequence[str], end: bytes) -> None:
        self._begin, self._end, self._holes = begin, end, tuple(holes)
        # What the expression has of each piece: its bytes if they are few, else the first two and the number of the others.
        self._pieces = tuple(piece if len(piece) < _LONG else (piece[:2], len(piece) - 2) for piece in pieces)
        # The groups of the expression after that of `begin`: long pieces, and the rests of texts.
        self._long: list[tuple[int, bytes]] = []
        self._rests: list[int] = []
        place = 0
        for piece, hole in zip(pieces, (*holes, NUMBER), strict=True):
            if len(piece) >= _LONG:
                self._long.append((place := place + 1, piece))
            if hole not in _NUMBERS:
                self._rests.append(place := place + 1)

    def find(self, rows: bytes, count: int) -> Rows | None:
        """Return which of `count` rows fit, which follow each other; None if none does, or if a row has another line feed."""
        columns = self._columns_of(rows, whole_lines=False)
        matched = count - columns[0].count(b"")
        which = None
        if len(columns[0]) != count or any(columns[place].count(piece) != matched for place, piece in self._long):
            # A row may have been taken together with the next one. Stepping over pieces line by line is slower.
            columns = self._columns_of(rows, whole_lines=True)
            if len(columns[0]) != count:
                return None
            which = self._equal(columns)
        elif matched < count:
            which = list(map(bool, columns[0]))
        if which is not None:
            if not any(which):
                return None
            columns = [tuple(compress(column, which)) for column in columns]
        return self._rows(which, columns)

    def find_leading(self, rows: bytes) -> tuple[Rows | None, int]:
        """Return the rows with which `rows` begins that fit, None if none does; and how many rows follow them."""
        columns = self._columns_of(rows, whole_lines=False)
        count = len(columns[0])
        fitting = columns[0].index(b"") if b"" in columns[0] else count
        for place, piece in self._long:
            if columns[place][:fitting].count(piece) < fitting:
                fitting = next(compress(range(count), map(ne, columns[place], repeat(piece))))
        if fitting < count:
            columns = [column[:fitting] for column in columns]
        return (self._rows(None, columns) if fitting else None), count - fitting

    def _rows(self, which: list[bool] | None, columns: list[tuple[bytes, ...]]) -> Rows | None:
        rests = [columns[place] for place in self._rests]
        joined = list(map(b"".join, rests))
        if not all(map(bytes.isascii, joined)) and not _is_unicode(rests):
            return None
        return Rows(which, columns[0], list(compress(rests, joined)))

    def _columns_of(self, rows: bytes, *, whole_lines: bool) -> list[tuple[bytes, ...]]:
        """Return the groups of all rows, which are empty in rows that the expression does not match."""
        found = _expression(self._begin, self._pieces, self._holes, self._end, whole_lines).findall(rows)
        return list(zip(*found, strict=True)) if self._long or self._rests else [tuple(found)]

    def _equal(self, columns: list[tuple[bytes, ...]]) -> list[bool]:
        """Return which rows have all pieces."""
        which = list(map(bool, columns[0]))
        for place, piece in self._long:
            which = list(map(and_, which, map(eq, columns[place], repeat(piece))))
        return which


def _is_unicode(rests: Sequence[Sequence[bytes]]) -> bool:
    """Return whether all texts are valid UTF-8. What is before the first byte of each that is not ASCII is, and so is a space."""
    try:
        b" ".join(map(b" ".join, rests)).decode()
    except UnicodeDecodeError:
        return False
    return True


@lru_cache(maxsize=256)
def _expression(
    begin: bytes, pieces: tuple[bytes | tuple[bytes, int], ...], holes: tuple[str, ...], end: bytes, whole_lines: bool
) -> re.Pattern[bytes]:
    """Return an expression that matches each row: one that fits with its groups, any other with empty ones."""
    parts = [
        re.escape(piece) if isinstance(piece, bytes) else b"(%b.{%d})" % (re.escape(piece[0]), piece[1])
        for piece in pieces
    ]
    rest = b"".join(_HOLES[hole] + part for hole, part in zip(holes, parts[1:], strict=True))
    expression = b"%b%b%b%b|[^\n]*\n" % (begin, parts[0], rest, re.escape(end))
    return re.compile(expression, 0 if whole_lines else re.DOTALL)
