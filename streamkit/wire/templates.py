"""Records that differ in the text of a few strings and in a few numbers, recognised many at a time without parsing each.

A stream repeats one JSON object hundreds of times, with another text and another time in it. A `Template` has the constant
pieces of such a record; what lies between two pieces is a hole. Records are compared with the pieces as bytes, and only the
holes are validated: a record that fits is valid JSON exactly as the one that the template was made from is.

Only members named in `TEXTS` and `NUMBERS` are holes. What a chunk is (its flags) does not depend on them, but on whether the
texts are empty; tests hold this for each API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain, compress
from operator import not_
from typing import Protocol

import orjson

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
_SPACES = b" \t\r\n"
# A marker stands for the piece after a hole. No JSON text contains these bytes.
_MARKERS = bytes(range(1, 1 + _MOST_HOLES))
_LINE_FEED = 10
_NO_MARKERS = bytes(sorted({*range(256)} - {*_MARKERS, _LINE_FEED}))
_TO_LINE_FEED = bytes(_LINE_FEED if byte in _MARKERS else byte for byte in range(256))


class Unfit(Exception):
    """A hole of a record does not hold a valid text or number, so the records have to be parsed one by one."""


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


def holes_of(payload: bytes, other: bytes) -> tuple[list[bytes], list[bool]] | None:
    """Return the constant pieces of a JSON text and for each hole between them whether it is a text; None if it has none.

    A number that is the same in `other`, a text near it, is not a hole.
    """
    pieces: list[bytes] = []
    kinds: list[bool] = []
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
        end = stop
    if not kinds:
        return None
    pieces.append(payload[end:])
    return pieces, kinds


FILLER = b"any text at all"
"""What is in the holes of an example: no word that an API gives a meaning."""


def filled_with(pieces: Sequence[bytes], texts: Sequence[bool], empty: Sequence[bool]) -> bytes:
    """Return an example of what these pieces are of, in which those texts are empty."""
    return joined_with(
        pieces,
        [b"" if is_empty else FILLER if is_text else b"1" for is_text, is_empty in zip(texts, empty, strict=True)],
    )


def joined_with(pieces: Sequence[bytes], holes: Sequence[bytes]) -> bytes:
    """Return what these pieces are of, with this in its holes."""
    return b"".join([pieces[0], *chain.from_iterable(zip(holes, pieces[1:], strict=True))])


def forms_of(
    flat: Sequence[bytes], width: int, form: Callable[[tuple[bool, ...]], Form]
) -> list[tuple[Form | None, int]]:
    """Return the forms of rows of `width` holes and how many have each; `form` gives the form by which holes are empty."""
    if b"" not in flat:
        return [(form((False,) * width), len(flat) // width)]
    columns = [map(not_, flat[index::width]) for index in range(width)]
    return [(form(empty), 1) for empty in zip(*columns, strict=True)]


def separated(
    rows: Sequence[bytes], pieces: Sequence[bytes], finders: Sequence[re.Pattern[bytes]]
) -> tuple[list[bool] | None, list[bytes]]:
    """Cut rows at `pieces`, each of which must occur once and in this order; `finders` find one piece each.

    Rows that contain a line feed cannot be cut. Return for each row whether it can be cut, None if all can; and for those
    that can, what lies before, between and after the pieces, row by row.
    """
    joined = b"\n".join(rows)
    markers = _MARKERS[: len(pieces)]
    if any(map(joined.__contains__, markers)):
        raise Unfit
    for marker, finder in enumerate(finders):
        joined = finder.sub(markers[marker : marker + 1], joined)
    found = joined.translate(None, _NO_MARKERS)
    which = None
    if found != b"\n".join([markers] * len(rows)):
        if found.count(b"\n") != len(rows) - 1:
            raise Unfit
        which = list(map(markers.__eq__, found.split(b"\n")))
        joined = b"\n".join(compress(joined.split(b"\n"), which))
        if not any(which):
            raise Unfit
    return which, joined.translate(_TO_LINE_FEED).split(b"\n")


def cut(rows: Sequence[bytes], finders: Sequence[re.Pattern[bytes]]) -> list[bytes]:
    """Return what lies before, between and after the pieces in rows that `separated` has shown to have each once, row by row."""
    if not finders:
        return list(rows)
    joined = b"\n".join(rows)
    for finder in finders:
        joined = finder.sub(b"\n", joined)
    return joined.split(b"\n")


def check_texts(raw: Sequence[bytes]) -> list[str]:
    """Return texts decoded that are each the inside of a string of JSON. Raises Unfit if one of them is not valid.

    They are read as one array of strings. As none ends in a backslash that would escape what follows, each of the array's own
    quotes is one, and there are two for a string: where as many strings are found as there are texts, no text has a quote.
    """
    array = b'["%b"\n]' % b'"\n,"'.join(raw)
    if b'\\"\n' in array and any((len(text) - len(text.rstrip(b"\\"))) % 2 for text in raw):
        raise Unfit
    try:
        found = orjson.loads(array)
    except orjson.JSONDecodeError as error:
        raise Unfit from error
    if len(found) != len(raw) or set(map(type, found)) != {str}:
        raise Unfit
    return found  # type: ignore[no-any-return]


def check_numbers(raw: Sequence[bytes]) -> list[int | float]:
    """Return the numbers. Raises Unfit if one of them is not a JSON number, or has white space around it."""
    joined = b",".join(raw)
    try:
        found = orjson.loads(b"[%b]" % joined)
    except orjson.JSONDecodeError as error:
        raise Unfit from error
    if len(found) != len(raw) or not set(map(type, found)) <= {int, float}:
        raise Unfit
    if len(joined.translate(None, _SPACES)) != len(joined):
        raise Unfit
    return found  # type: ignore[no-any-return]
