"""Recognise frames that differ from earlier ones only in a few fields, as nearly all frames of a stream do.

A template consists of the bytes that such frames share and of the fields, string values and numbers, between them. The shared
bytes were searched when the template was learned, so of a frame that fits only the fields are searched; and since its strings
and their channels are known, it is not scanned for strings either.
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
from streamkit.redact._strings import STRING, UNJOINED_FIELDS, Channel, StringPiece, StringScanner, one_text

_NUMBER = rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
# A key, with its value if that is a string or a number; or a string or number in an array or outside JSON.
_FIELD = re.compile(
    rb'"(%b)"\s*:(?:\s*"(%b)"|\s*(%b)(?=[,}\] \r\n]))?|"(%b)"|(?<=[:,\[ ])(%b)(?=[,}\] \r\n])'
    % (STRING, STRING, _NUMBER, STRING, _NUMBER)
)
_TEXTS, _NUMBERS = (2, 4), (3, 5)  # the groups
_DIGITS = re.compile(rb"[0-9]+")
_STRING, _PLAIN_NUMBER, _INDEX = range(3)  # an index is a number that distinguishes parallel texts
_MATCH = (re.compile(STRING).match, re.compile(_NUMBER).match, _DIGITS.match)
_MAX_TEMPLATES = 8  # templates that are kept: a stream has a few kinds of frames
_MAX_LESSONS = 64  # frames of a body that are compared with earlier ones
_MAX_FRAME = 2048  # bytes of a frame from which a template is learned
_MAX_REMEMBERED = 24  # bytes of a suspicious value that is remembered: a word, not a key
_MAX_KINDS = 16  # kinds of frames of one sort, in all bodies
_MAX_SORTS = 128  # types or beginnings of frames, in all bodies
_TYPE = re.compile(rb'"type"\s*:\s*"[^"]*"')
_FROM = 2  # the frame of a sort with which learning begins: it costs as much as searching several frames

_MAX_NAME = 96  # the same for a field whose texts are not joined

_BACKSLASH, _LINE_FEED, _CARRIAGE_RETURN = b"\\\n\r"

_name_may_contain_secret = lru_cache(1024)(may_contain_secret)


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
            place, offset, raw, piece, _ = text
            key = piece.key
            if raw is None:
                if key not in keys and place not in self.suspicious:
                    continue
                start, end = self.spans[place]
                raw = data[start:end]
                keys.add(key)
            elif key in keys:
                start = (self.spans[place - 1][1] if place else 0) + offset
            else:
                continue
            if indices is None:
                indices = {name: data[slice(*self.spans[index])] for index, name in self.template.indices}
            yield text.channel(indices), StringPiece(raw, base + start, key, piece.container)


class FrameTemplate:
    """The bytes that frames share, and the fields between them, learned from an example.

    `wide` is set if this template is a narrow variant of it, in which some fields belong to the shared bytes.
    """

    def __init__(self, example: bytes, chosen: list[_Value], wide: FrameTemplate | None = None) -> None:
        self.wide = wide
        starts = [value.start for value in chosen] + [len(example)]
        ends = [value.start + len(value.raw) for value in chosen]
        self._chosen = chosen
        self._head = example[: starts[0]]
        self._fields = tuple(
            _Field(
                match=_MATCH[value.kind],
                after=example[end:following],
                text=value.kind == _STRING,
                joined=value.kind == _STRING and value.key not in UNJOINED_FIELDS,
            )
            for value, end, following in zip(chosen, ends, starts[1:], strict=True)
        )
        self._quick = [
            (field.after[:1], field.after, len(field.after), field.text, field.joined) for field in self._fields
        ]
        # Field numbers of the indices, with the placeholder for each in an example that is scanned.
        self.indices = [(place, b"1%06d" % place) for place, value in enumerate(chosen) if value.kind == _INDEX]

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

    def values(self, data: bytes, fit: FrameFit) -> list[_Value]:
        """Return the fields of a frame that fits."""
        return [
            _Value(start, data[start:end], value.key, value.kind)
            for (start, end), value in zip(fit.spans, self._chosen, strict=True)
        ]

    @cached_property
    def texts(self) -> tuple[_Text, ...]:
        """The string values whose texts are joined, in order. Few templates need them."""
        placeholders = dict(self.indices)
        example = bytearray(self._head)
        spans = []
        for place, (value, known) in enumerate(zip(self._chosen, self._fields, strict=True)):
            start = len(example)
            example += placeholders.get(place, value.raw)
            spans.append((start, len(example)))
            example += known.after
        places = {start: place for place, (start, _) in enumerate(spans)}
        texts = []
        for piece in StringScanner().feed(bytes(example), 0):
            if piece.key in UNJOINED_FIELDS:
                continue
            place = places.get(piece.start, -1)
            if place >= 0:
                texts.append(_Text(place, 0, None, piece, tuple(piece.levels)))
            else:
                place = sum(end <= piece.start for _, end in spans)
                offset = piece.start - (spans[place - 1][1] if place else 0)
                texts.append(_Text(place, offset, piece.raw, piece, tuple(piece.levels)))
        return tuple(texts)


class _Value(NamedTuple):
    """A string value or number in a frame: where it starts, its bytes, and its key (`[]` in an array)."""

    start: int
    raw: bytes
    key: bytes
    kind: int


class _Kind:
    """Frames that are equal but for their values: those of the last one, which have varied, and the template."""

    __slots__ = ("last", "template", "varying")

    def __init__(self, last: list[_Value]) -> None:
        self.last = last
        self.varying: set[int] = set()
        self.template: FrameTemplate | None = None

    def compare(self, data: bytes, values: list[_Value], hits: list[Hit]) -> FrameTemplate | None:
        """Return the template for this frame and those before, or None if something suspicious is in the shared bytes."""
        self.varying |= {index for index, value in enumerate(values) if value.raw != self.last[index].raw}
        for hit in hits:
            self.varying |= {index for index, value in enumerate(values) if _contains(value, hit)}
        self.last = values
        chosen = [values[index] for index in sorted(self.varying)]
        clean = all(any(_contains(value, hit) for value in chosen) for hit in hits)
        self.template = FrameTemplate(data, chosen) if clean else None
        return self.template


class _Sort:
    """Frames with the same type or beginning: how many were seen, their kinds and their templates, the last used first."""

    __slots__ = ("kinds", "seen", "templates")

    def __init__(self) -> None:
        self.seen = 0
        self.kinds: dict[bytes, _Kind] = {}
        self.templates: list[FrameTemplate] = []

    def learn(self, data: bytes, hits: list[Hit]) -> None:
        values, shape = _values(data)
        kind = self.kinds.pop(shape, None)
        if kind is None:
            if len(self.kinds) >= _MAX_KINDS:
                self.kinds.pop(list(self.kinds)[0], None)  # noqa: RUF015
            self.kinds[shape] = _Kind(values)
            return
        templates = [known for known in self.templates if known is not kind.template]
        template = kind.compare(data, values, hits)
        self.templates = templates if template is None else [template, *templates[: _MAX_KINDS - 1]]
        self.kinds[shape] = kind


class _Library:
    """What was learned from all bodies of this process: streams of an API are alike.

    Threads need no lock: a kind is taken out while it is changed, and lists of templates are replaced, never changed.
    """

    def __init__(self) -> None:
        self._sorts: dict[bytes, _Sort] = {}

    def learn(self, data: bytes, hits: list[Hit]) -> bool:
        """Compare a frame with earlier ones of its sort; return False if there was none or it is not suitable."""
        sort = self._sort(data)
        sort.seen += 1
        if sort.seen < _FROM or not _is_plain(data):
            return False
        sort.learn(data, hits)
        return True

    def _sort(self, data: bytes) -> _Sort:
        """Return the sort of a frame. The least recently used is forgotten when there are too many."""
        begin = _begin(data)
        sort = self._sorts.pop(begin, None) or _Sort()
        self._sorts[begin] = sort
        if len(self._sorts) > _MAX_SORTS:
            # A list is made in one step: an iterator would fail where another thread adds a sort.
            self._sorts.pop(list(self._sorts)[0], None)  # noqa: RUF015
        return sort

    def find(self, data: bytes) -> FrameFit | None:
        """Return how a frame fits a template, or None."""
        sort = self._sorts.get(_begin(data))
        for template in sort.templates if sort is not None else ():
            fit = template.fit(data)
            if fit is not None:
                return fit
        return None


_library = _Library()


class _Known:
    """A template that fitted a body: the values then, those that differed between frames, and a variant for the others.

    `settled` is the variant, or the template if all values differ; None until that is known.
    """

    __slots__ = ("_values", "_varying", "narrow", "settled", "template")

    def __init__(self, template: FrameTemplate) -> None:
        self.template = template
        self.narrow: FrameTemplate | None = None
        self.settled: FrameTemplate | None = None
        self._values: list[_Value] = []
        self._varying: set[int] = set()

    def add(self, data: bytes, fit: FrameFit) -> None:
        """Compare a frame that fits the template, but not the variant, with the one before."""
        if len(self._varying) == len(fit.spans):
            return
        values = self.template.values(data, fit)
        if self._values:
            self._varying |= {index for index, value in enumerate(values) if value.raw != self._values[index].raw}
        else:
            joined = (value.kind == _STRING and value.key not in UNJOINED_FIELDS for value in values)
            self._varying = {index for index, one in enumerate(joined) if one}
        if self._values and len(self._varying) < len(values):
            chosen = [values[index] for index in sorted(self._varying)]
            self.narrow = FrameTemplate(data, chosen, self.template)
        else:
            self.narrow = None
        self.settled = self.narrow or (self.template if len(self._varying) == len(values) else None)
        self._values = values


class Templates:
    """The templates that fitted one body, and how many frames of it may still be learned from.

    `settled` is the template that the last frame fitted, or its variant, as soon as that is known (see `_Known`).
    """

    __slots__ = ("_known", "_lessons_left", "settled")

    def __init__(self) -> None:
        self._known: list[_Known] = []
        self.settled: FrameTemplate | None = None
        self._lessons_left = _MAX_LESSONS

    def fit(self, data: bytes, *, wide: bool = False) -> FrameFit | None:
        """Return how a frame, which begins outside all values, fits a template, or None.

        With `wide` no variant is tried: that saves time if the texts are needed, which only the template itself knows.
        """
        everything = self._known
        for index, known in enumerate(everything if not wide else ()):
            if known.narrow is not None and (fit := known.narrow.fit(data)) is not None:
                if index:
                    everything.insert(0, everything.pop(index))
                self.settled = known.settled
                return fit
        for index, known in enumerate(everything):
            if (fit := known.template.fit(data)) is not None:
                if not wide:
                    known.add(data, fit)
                if index:
                    everything.insert(0, everything.pop(index))
                self.settled = known.settled
                return fit
        fit = _library.find(data)
        if fit is not None:
            everything.insert(0, _Known(fit.template))
            everything[0].add(data, fit)
            self.settled = everything[0].settled
            del everything[_MAX_TEMPLATES:]
        return fit

    def learn(self, data: bytes, hits: list[Hit]) -> None:
        """Compare a frame with earlier ones; `hits` are its suspicious values. It has to begin and end outside all values."""
        if self._lessons_left and len(data) <= _MAX_FRAME:
            self._lessons_left -= _library.learn(data, hits)


def _begin(data: bytes) -> bytes:
    """Return what identifies the kind of a frame: the first type in it, or its beginning."""
    match = _TYPE.search(data, 0, 200)
    return data[:12] if match is None else match[0]


def _contains(value: _Value, hit: Hit) -> bool:
    """Whether the hit is in this string value, or its closing quotation mark."""
    return value.kind == _STRING and value.start <= hit[0] and hit[1] <= value.start + len(value.raw) + 1


def _is_plain(data: bytes) -> bool:
    """Whether a frame is a JSON object in one line, or is without JSON: then its strings are certain."""
    first, last = data.find(b"{"), data.rfind(b"}") + 1
    if any(mark in data[: max(first, 0)] + data[last:] for mark in (b'"', b"[", b"]")) or b"\n" in data[first:last]:
        return False
    return first == -1 == last - 1 or one_text(data[first:last])


def _values(data: bytes) -> tuple[list[_Value], bytes]:
    """Return the string values and numbers of a frame, and the frame without them."""
    values: list[_Value] = []
    shape: list[bytes] = []
    end = 0
    for match in _FIELD.finditer(data):
        group = match.lastindex or 0
        key = match[1]
        if group not in _TEXTS + _NUMBERS:
            continue
        raw = match[group]
        kind = _STRING if group in _TEXTS else _PLAIN_NUMBER
        if kind and (key or b"")[-5:].lower() == b"index":
            if not _DIGITS.fullmatch(raw):
                continue
            kind = _INDEX
        value = _Value(match.start(group), raw, b"[]" if key is None else key, kind)
        values.append(value)
        shape.append(data[end : value.start])
        end = match.end(group)
    return values, b"\0".join([*shape, data[end:]])
