"""Text as a reader of the JSON would see it, with the place of every character in the body.

Characters are bytes (Latin-1): secrets are ASCII, and a byte of another character is never a part of one. Escapes are
undone however deep JSON lies in JSON, as each level only doubles the backslashes before the same letter.

Escapes of one letter (`\\n`, `\\t`, …) stay as they stand, because nobody can tell a line feed in nested JSON from a
backslash before a word that begins with `n`. A secret may begin behind such an escape as well as at its letter; the
patterns of `_shapes` know this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_ESCAPE = re.compile(rb"(?:(?<!\\)(\\++)|\x1c)(?:u([0-9A-Fa-f]{4})|/)")
_NESTED = re.compile(r"[\\\x1c](?:u[0-9A-Fa-f]{4}|/)")
_OTHER = "\xbf"  # stands for every character that is not ASCII: part of no secret, and neither letter nor digit
_BACKSLASH = "\x1c"  # stands for `\u005c`, so that it does not join a row of backslashes beside it
_DEEPEST = 4  # times that escapes are undone whose backslash was itself written as `\u005c`


class Text(NamedTuple):
    """Characters, and for each the offsets in the body where its bytes start and end.

    An escape may lie in two strings: `parted` gives, by the offset where its first part starts, the span of the second.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    parted: Mapping[int, tuple[int, int]] = {}

    def after(self, index: int) -> Text:
        """The text from this character on."""
        return Text(self.text[index:], self.starts[index:], self.ends[index:], self.parted)


NO_TEXT = Text("", (), ())


def normal(raw: bytes, base: int, before: Text = NO_TEXT) -> Text:
    """The text of these bytes of a body, which start at offset `base`, after the text `before`."""
    text = Text(raw.decode("latin-1"), range(base, base + len(raw)), range(base + 1, base + len(raw) + 1))
    if before.text:
        # Joined first: the backslashes of one escape may lie on both sides.
        text = Text(before.text + text.text, [*before.starts, *text.starts], [*before.ends, *text.ends], before.parted)
    return _undone(text) if "\\" in text.text or _BACKSLASH in text.text else text


def _undone(text: Text) -> Text:
    """The same text with escapes undone."""
    for _ in range(_DEEPEST):
        if not _NESTED.search(text.text):
            break
        text = _undone_once(text)
    return text


def _undone_once(text: Text) -> Text:
    """The character that an escape stands for takes the place of all of it."""
    starts, ends = text.starts, text.ends
    parted = dict(text.parted)
    pieces: list[str] = []
    firsts: list[int] = []
    lasts: list[int] = []
    position = 0
    for match in _ESCAPE.finditer(text.text.encode("latin-1")):
        start, end = match.span()
        # At any depth one backslash is a power of two of them, and a backslash before it that stands for itself twice that.
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
            parted[starts[start]] = starts[last + 1], ends[end - 1]
        position = end
    pieces.append(text.text[position:])
    firsts += starts[position:]
    lasts += ends[position:]
    return Text("".join(pieces), firsts, lasts, parted)


def _character(digits: bytes | None) -> str:
    if digits is None:
        return "/"
    code = int(digits, 16)
    if code == ord("\\"):
        return _BACKSLASH
    return chr(code) if code < 0x80 else _OTHER
