"""Text as a reader of the JSON would see it, with the place of every character in the body.

Characters are bytes (Latin-1): secrets are ASCII, and a byte of another character is never a part of one. Escapes are
undone however deep JSON lies in JSON, as each level only doubles the backslashes before the same letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_ESCAPE = re.compile(rb"(?<!\\)\\++(?:u00([2-7][0-9A-Fa-f])|([/nrt]))")
_LETTERS = {b"/": "/", b"n": "\n", b"r": "\r", b"t": "\t"}


class Text(NamedTuple):
    """Characters, and for each the offsets in the body where its bytes start and end."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def after(self, index: int) -> Text:
        """The text from this character on."""
        return Text(self.text[index:], self.starts[index:], self.ends[index:])


def normal(raw: bytes, base: int, before: Text | None = None) -> Text:
    """The text of these bytes of a body, which lie at offset `base`, behind the text `before` (its undone escapes too)."""
    text = Text(raw.decode("latin-1"), range(base, base + len(raw)), range(base + 1, base + len(raw) + 1))
    if b"\\" in raw:
        text = _undone(text)
    if before is None or not before.text:
        return text
    joined = Text(before.text + text.text, [*before.starts, *text.starts], [*before.ends, *text.ends])
    # An escape that had begun may be whole only now.
    return _undone(joined) if "\\" in before.text else joined


def _undone(text: Text) -> Text:
    """The same with escapes undone: the character that an escape stands for takes the place of all of it.

    An escape whose parts lie in two strings is given the place of its first part: what lies between is no part of it.
    """
    starts, ends = text.starts, text.ends
    pieces: list[str] = []
    firsts: list[int] = []
    lasts: list[int] = []
    position = 0
    for match in _ESCAPE.finditer(text.text.encode("latin-1")):
        start, end = match.span()
        pieces.append(text.text[position:start])
        firsts += starts[position:start]
        lasts += ends[position:start]
        pieces.append(chr(int(match.group(1), 16)) if match.group(1) else _LETTERS[match.group(2)])
        last = start
        while last + 1 < end and starts[last + 1] == ends[last]:
            last += 1
        firsts.append(starts[start])
        lasts.append(ends[last])
        position = end
    pieces.append(text.text[position:])
    firsts += starts[position:]
    lasts += ends[position:]
    return Text("".join(pieces), firsts, lasts)
