"""Records that differ in the text of a few strings and in a few numbers, recognised many at a time without parsing each.

A stream repeats one JSON object hundreds of times, with another text and another time in it. A `Template` has the constant
pieces of such a record; what lies between two pieces is a hole. Records are compared with the pieces as bytes, and only the
holes are validated (`row_pattern`): a record that fits is valid JSON exactly as the one that the template was made from is.

Only members named in `TEXTS` and `NUMBERS` are holes. What a chunk is (its flags) does not depend on them, but on whether the
texts are empty; tests hold this for each API.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple, Protocol

from streamkit.patterns import pattern

TEXTS = (
    "arguments",
    "content",
    "created_at",
    "delta",
    "input",
    "obfuscation",
    "p",
    "partial_json",
    "reasoning",
    "reasoning_content",
    "text",
    "thinking",
    "token",
    "value",
)
"""Members whose string value may be a hole."""

NUMBERS = ("created", "logprob", "sequence_number")
"""Members whose number may be a hole."""

_MOST_HOLES = 6
# Before the name no backslash: it would be text in a string. In valid JSON, a quote that is followed by a name, a quote
# and a colon opens that name.
_HOLE = pattern(
    rb'(?<!\\)"(?:(?:%b)"\s*:\s*"((?:[^"\\]|\\.)*)"|(?:%b)"\s*:\s*(-?[0-9][0-9.eE+-]*))'
    % ("|".join(TEXTS).encode(), "|".join(NUMBERS).encode())
)


class Form:
    """What records of one template have in common: which of their texts are empty, and where their payload lies.

    `example` is a payload of this form, `name` its event type, `before` the number of bytes of an event before its payload,
    which `after` follow. `empty` says which of their holes are, and `has_numbers` whether they differ in numbers too. `cuts`
    cuts the holes out of the records, if they are kept. Compared by identity.
    """

    __slots__ = ("after", "before", "cuts", "empty", "example", "has_numbers", "name")

    def __init__(
        self,
        example: bytes,
        name: str,
        before: int,
        after: int,
        *,
        empty: tuple[bool, ...],
        has_numbers: bool,
        cuts: Cuts | None = None,
    ) -> None:
        self.empty = empty
        self.has_numbers = has_numbers
        self.example = example
        self.name = name
        self.before = before
        self.after = after
        self.cuts = cuts


class Cuts(Protocol):
    """Cuts the holes out of records that fit a template. `texts` says of each hole whether it is a text."""

    @property
    def texts(self) -> Sequence[bool]:
        """Whether each hole is a text, else it is a number."""
        ...

    def example(self, texts: Sequence[bytes], number: bytes) -> bytes:
        """Return a payload with these texts and this number in its holes."""
        ...

    def texts_in(self, records: Sequence[bytes], hole: int) -> list[str]:
        """Return the text in one hole of each record."""
        ...

    def joined(self, records: Sequence[bytes]) -> bytes | None:
        """Return a payload whose texts are each those of all records joined; its numbers are those of the first record.

        None if one of these numbers is 0, which some readers take as missing.
        """
        ...


class Holes(NamedTuple):
    """The constant pieces of a JSON text, and for each hole between two of them whether it is a text, and whether that is empty."""

    pieces: list[bytes]
    texts: list[bool]
    empty: tuple[bool, ...]

    def filled(self) -> tuple[list[bytes], list[bool]]:
        """Return the pieces between the holes that are not empty, and whether each of these holes is a text."""
        pieces = [self.pieces[0]]
        for piece, is_empty in zip(self.pieces[1:], self.empty, strict=True):
            if is_empty:
                pieces[-1] += piece
            else:
                pieces.append(piece)
        return pieces, [is_text for is_text, is_empty in zip(self.texts, self.empty, strict=True) if not is_empty]

    def example(self) -> bytes:
        """Return a JSON text with these pieces, and other values in the holes that are not empty."""
        holes = zip(self.texts, self.empty, strict=True)
        return joined_with(
            self.pieces, [b"" if is_empty else FILLER if is_text else b"1" for is_text, is_empty in holes]
        )


def holes_of(payload: bytes, other: bytes) -> Holes | None:
    """Return the holes of a JSON text; None if it has none. A number that is the same in `other`, a text near it, is not a hole."""
    pieces: list[bytes] = []
    kinds: list[bool] = []
    empty: list[bool] = []
    end = 0
    numbers = [match[2] for match in _HOLE.finditer(other)]
    for index, match in enumerate(_HOLE.finditer(payload)):
        if len(kinds) == _MOST_HOLES:
            break
        is_text = match[1] is not None
        if not is_text and index < len(numbers) and match[2] == numbers[index]:
            continue
        start, stop = match.span(1 if is_text else 2)
        pieces.append(payload[end:start])
        kinds.append(is_text)
        empty.append(start == stop)
        end = stop
    if not kinds:
        return None
    pieces.append(payload[end:])
    return Holes(pieces, kinds, tuple(empty))


FILLER = b"any text at all"
"""What is in the holes of an example: no word that an API gives a meaning."""


def joined_with(pieces: Sequence[bytes], holes: Sequence[bytes]) -> bytes:
    """Return what these pieces are of, with this in its holes."""
    return b"".join([pieces[0], *chain.from_iterable(zip(holes, pieces[1:], strict=True))])


def cut(rows: Sequence[bytes], finders: Sequence[re.Pattern[bytes]]) -> list[bytes]:
    """Return what lies before, between and after the pieces that `finders` find in rows that fit a template, row by row.

    Each row has each piece once: what is in a hole has no quote without a backslash before it, and a piece between two holes has
    one, unless the hole before it is a number.
    """
    if not finders:
        return list(rows)
    joined = b"\n".join(rows)
    for finder in finders:
        joined = finder.sub(b"\n", joined)
    return joined.split(b"\n")
