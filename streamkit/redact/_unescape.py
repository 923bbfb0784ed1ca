"""Undo JSON escapes, and keep the offset in the body of every character.

Characters are bytes (Latin-1): secrets are ASCII, and a byte of a multi-byte character is never part of one. Escapes are
undone at any depth of JSON nested in JSON, because each level only doubles the backslashes before the same letter.

Single-letter escapes (`\\n`, `\\t`, …) are left alone, because a line feed in nested JSON cannot be distinguished from a backslash
before a word that begins with `n`. A secret may begin after such an escape or at its letter; the patterns in `_patterns`
allow both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_ESCAPE = re.compile(rb"(?:(?<!\\)(\\++)|\x1c)(?:u([0-9A-Fa-f]{4})|/)")
_NESTED = re.compile(r"[\\\x1c](?:u[0-9A-Fa-f]{4}|/)")
_NON_ASCII = "\xbf"  # replaces every character outside ASCII: never part of a secret, neither letter nor digit
_BACKSLASH = "\x1c"  # replaces `\u005c`, so that it does not merge with backslashes next to it
_MAX_PASSES = 4  # for escapes whose backslash is itself written as `\u005c`


class MappedText(NamedTuple):
    """Characters, and for each the offsets in the body where its bytes start and end.

    An escape may be divided between two strings: `split_escapes` maps the start of its first part to the span of the second.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    split_escapes: Mapping[int, tuple[int, int]] = {}

    def after(self, index: int) -> MappedText:
        """Return the text from this index on."""
        return MappedText(self.text[index:], self.starts[index:], self.ends[index:], self.split_escapes)


EMPTY = MappedText("", (), ())


def unescape(raw: bytes, base: int, before: MappedText = EMPTY) -> MappedText:
    """Return the text `before` followed by these bytes of the body, which start at offset `base`, with escapes undone."""
    text = MappedText(raw.decode("latin-1"), range(base, base + len(raw)), range(base + 1, base + len(raw) + 1))
    if before.text:
        # Joined first, because the backslashes of one escape may be on both sides.
        text = MappedText(
            before.text + text.text, [*before.starts, *text.starts], [*before.ends, *text.ends], before.split_escapes
        )
    return _unescaped(text) if "\\" in text.text or _BACKSLASH in text.text else text


def _unescaped(text: MappedText) -> MappedText:
    """Return the text with its escapes undone."""
    for _ in range(_MAX_PASSES):
        if not _NESTED.search(text.text):
            break
        text = _unescape_once(text)
    return text


def _unescape_once(text: MappedText) -> MappedText:
    """Replace each escape with its character, which covers all bytes of the escape."""
    starts, ends = text.starts, text.ends
    split_escapes = dict(text.split_escapes)
    pieces: list[str] = []
    firsts: list[int] = []
    lasts: list[int] = []
    position = 0
    for match in _ESCAPE.finditer(text.text.encode("latin-1")):
        start, end = match.span()
        # At any depth, the backslash of an escape is written as a power of two of them, and a literal backslash before it
        # as twice as many.
        backslashes = len(match[1] or b"1")
        start += backslashes - (backslashes & -backslashes)
        pieces.append(text.text[position:start])
        firsts += starts[position:start]
        lasts += ends[position:start]
        pieces.append(_character(match[2]))
        last = start
        while last + 1 < end and starts[last + 1] == ends[last]:
            last += 1
        firsts.append(starts[start])
        lasts.append(ends[last])
        if last + 1 < end:
            split_escapes[starts[start]] = starts[last + 1], ends[end - 1]
        position = end
    pieces.append(text.text[position:])
    firsts += starts[position:]
    lasts += ends[position:]
    return MappedText("".join(pieces), firsts, lasts, split_escapes)


def _character(digits: bytes | None) -> str:
    if digits is None:
        return "/"
    code = int(digits, 16)
    if code == ord("\\"):
        return _BACKSLASH
    return chr(code) if code < 0x80 else _NON_ASCII
