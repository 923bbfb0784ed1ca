"""A template of frames: the bytes that they share, and the fields, string values and numbers, between them.

The shared bytes were searched when the template was learned, so of a frame that fits only the fields are searched; and since its
strings and their channels are known, it is not scanned for strings either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from streamkit.redact._prefilter import (
    INSIDE,
    Hit,
    is_clear,
    is_clear_word,
    may_contain_secret,
    suspicion_of,
    suspicion_of_word,
)
from streamkit.redact._strings import STRING, UNJOINED_FIELDS, Channel, StringPiece, StringScanner

_NUMBER = rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
# A key, with its value if that is a string or a number; or a string or number in an array or outside JSON.
_FIELD = re.compile(
    rb'"(%b)"\s*:(?:\s*"(%b)"|\s*(%b)(?=[,}\] \r\n]))?|"(%b)"|(?<=[:,\[ ])(%b)(?=[,}\] \r\n])'
    % (STRING, STRING, _NUMBER, STRING, _NUMBER)
)
_TEXTS, _NUMBERS = (2, 4), (3, 5)  # the groups
_DIGITS = re.compile(rb"[0-9]+")
TEXT, _PLAIN_NUMBER, _INDEX = range(3)  # an index is a number that distinguishes parallel texts
_MATCH = (re.compile(STRING).match, re.compile(_NUMBER).match, _DIGITS.match)
_MAX_REMEMBERED = 24  # bytes of a suspicious value that is remembered: a word, not a key

_MAX_NAME = 96  # the same for a field whose texts are not joined

_BACKSLASH, _LINE_FEED, _CARRIAGE_RETURN = b"\\\n\r"

_name_may_contain_secret = lru_cache(1024)(may_contain_secret)


class Value(NamedTuple):
    """A string value or number in a frame: where it starts, its bytes, and its key (`[]` in an array)."""

    start: int
    raw: bytes
    key: bytes
    kind: int

    @property
    def joined(self) -> bool:
        """Whether it is a string value whose texts are joined."""
        return self.kind == TEXT and self.key not in UNJOINED_FIELDS


class _Field(NamedTuple):
    """A field that differs between frames, and the bytes between it and the next."""

    match: Callable[[bytes, int], re.Match[bytes] | None]
    after: bytes
    text: bool
    joined: bool  # whether it is a string value whose texts are joined


class _Text(NamedTuple):
    """A string value whose texts are joined: field number `place`, or `raw` bytes at an offset after the field before `place`.

    `levels` are the keys of the objects around it with their indices; those in `_Indices` differ between frames.
    """

    place: int
    offset: int
    raw: bytes | None
    piece: StringPiece
    levels: tuple[tuple[bytes, list[tuple[bytes, bytes]]], ...]

    def channel(self, indices: dict[bytes, bytes]) -> Channel:
        """Return the channel (see `StringPiece.channel`) for these values of the varying indices, by their placeholders."""
        name: list[object] = [self.piece.key]
        for key, known in self.levels:
            name.append(key)
            if known:
                name += sorted([(key, indices.get(value, value)) for key, value in known])
        return tuple(name)


class FrameFit(NamedTuple):
    """A frame that fits a template: the spans of its fields, and which of them end in what may begin a secret."""

    template: FrameTemplate
    spans: list[Hit]
    suspicious: list[int]

    def texts(self, data: bytes, keys: set[object], base: int) -> Iterator[tuple[Channel, StringPiece]]:
        """Yield the texts, and their channels, that are suspicious or extend a channel with one of these keys.

        The keys of suspicious texts are added. `base` is the offset of the frame in the body.
        """
        wide = self.template.wide
        fit = self if wide is None else wide.fit(data)
        return fit._texts(data, keys, base) if fit is not None else iter(())

    def _texts(self, data: bytes, keys: set[object], base: int) -> Iterator[tuple[Channel, StringPiece]]:
        indices: dict[bytes, bytes] | None = None
        for text in self.template.texts:
            position, offset, raw, piece, _ = text
            key = piece.key
            if raw is None:
                if key not in keys and position not in self.suspicious:
                    continue
                start, end = self.spans[position]
                raw = data[start:end]
                keys.add(key)
            elif key in keys:
                start = (self.spans[position - 1][1] if position else 0) + offset
            else:
                continue
            if indices is None:
                indices = {name: data[slice(*self.spans[index])] for index, name in self.template.indices}
            yield text.channel(indices), StringPiece(raw, base + start, key, piece.container)


class FrameTemplate:
    """The bytes that frames share, and the fields between them, learned from an example.

    `wide` is set if this template is a narrow variant of it, in which some fields belong to the shared bytes.
    """

    def __init__(self, example: bytes, chosen: list[Value], wide: FrameTemplate | None = None) -> None:
        self.wide = wide
        starts = [value.start for value in chosen] + [len(example)]
        ends = [value.start + len(value.raw) for value in chosen]
        self._chosen = chosen
        self._head = example[: starts[0]]
        self._fields = tuple(
            _Field(
                match=_MATCH[value.kind],
                after=example[end:following],
                text=value.kind == TEXT,
                joined=value.joined,
            )
            for value, end, following in zip(chosen, ends, starts[1:], strict=True)
        )
        self._quick = [
            (field.after[:1], field.after, len(field.after), field.text, field.joined) for field in self._fields
        ]
        # Field numbers of the indices, with the placeholder for each in an example that is scanned.
        self.indices = [(index, b"1%06d" % index) for index, value in enumerate(chosen) if value.kind == _INDEX]

    def fit(self, data: bytes) -> FrameFit | None:
        """Return how a frame fits; None if it does not, or if a field may contain a secret."""
        if not data.startswith(self._head):
            return None
        spans: list[Hit] = []
        suspicious: list[int] = []
        position = len(self._head)
        for match, after, text, joined in self._fields:
            found = match(data, position)
            if found is None:
                return None
            end = found.end()
            if not data.startswith(after, end):
                return None
            if text:
                value = found[0]
                size = end - position
                if not joined:
                    if _name_may_contain_secret(value) if size <= _MAX_NAME else may_contain_secret(value):
                        return None
                elif suspicion := suspicion_of_word(value) if size <= _MAX_REMEMBERED else suspicion_of(value):
                    if suspicion == INSIDE:
                        return None
                    suspicious.append(len(spans))
            spans.append((position, end))
            position = end + len(after)
        return FrameFit(self, spans, suspicious) if position == len(data) else None

    def clears(self, data: bytes) -> bool:
        """Return True only if a frame fits and no field is suspicious; False also if that takes `fit` to find out."""
        if not data.startswith(self._head):
            return False
        position = len(self._head)
        for first, after, size, text, joined in self._quick:
            end = data.find(first, position)
            if end < 0 or not data.startswith(after, end):
                return False
            value = data[position:end]
            if joined:
                if not (is_clear_word(value) if end - position <= _MAX_REMEMBERED else is_clear(value)):
                    return False
            elif not text:
                if not value.isdigit():
                    return False
            elif (
                _BACKSLASH in value
                or _LINE_FEED in value
                or _CARRIAGE_RETURN in value
                or (_name_may_contain_secret(value) if end - position <= _MAX_NAME else may_contain_secret(value))
            ):
                return False
            position = end + size
        return position == len(data)

    def values(self, data: bytes, fit: FrameFit) -> list[Value]:
        """Return the fields of a frame that fits."""
        return [
            Value(start, data[start:end], value.key, value.kind)
            for (start, end), value in zip(fit.spans, self._chosen, strict=True)
        ]

    @cached_property
    def texts(self) -> tuple[_Text, ...]:
        """The string values whose texts are joined, in order. Few templates need them."""
        placeholders = dict(self.indices)
        example = bytearray(self._head)
        spans = []
        for index, (value, known) in enumerate(zip(self._chosen, self._fields, strict=True)):
            start = len(example)
            example += placeholders.get(index, value.raw)
            spans.append((start, len(example)))
            example += known.after
        places = {start: index for index, (start, _) in enumerate(spans)}
        texts = []
        for piece in StringScanner().feed(bytes(example), 0):
            if piece.key in UNJOINED_FIELDS:
                continue
            index = places.get(piece.start, -1)
            if index >= 0:
                texts.append(_Text(index, 0, None, piece, tuple(piece.levels)))
            else:
                index = sum(end <= piece.start for _, end in spans)
                offset = piece.start - (spans[index - 1][1] if index else 0)
                texts.append(_Text(index, offset, piece.raw, piece, tuple(piece.levels)))
        return tuple(texts)


def values_of(data: bytes) -> tuple[list[Value], bytes]:
    """Return the string values and numbers of a frame, and the frame without them."""
    values: list[Value] = []
    shape: list[bytes] = []
    end = 0
    for match in _FIELD.finditer(data):
        group = match.lastindex or 0
        key = match[1]
        if group not in _TEXTS + _NUMBERS:
            continue
        raw = match[group]
        kind = TEXT if group in _TEXTS else _PLAIN_NUMBER
        if kind and (key or b"")[-5:].lower() == b"index":
            if not _DIGITS.fullmatch(raw):
                continue
            kind = _INDEX
        value = Value(match.start(group), raw, b"[]" if key is None else key, kind)
        values.append(value)
        shape.append(data[end : value.start])
        end = match.end(group)
    return values, b"\0".join([*shape, data[end:]])
