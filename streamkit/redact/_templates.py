"""Recognise frames that differ from earlier ones only in a few fields, as nearly all frames of a stream do.

A template consists of the bytes that such frames share and of the fields, string values and numbers, between them. The shared
bytes were searched when the template was learned, so of a frame that fits only the fields are searched; and since its strings
and their channels are known, it is not scanned for strings either.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from streamkit.redact._prefilter import ENDS, INSIDE, Hit, suspicion_of
from streamkit.redact._strings import STRING, UNJOINED_FIELDS, Channel, StringPiece, StringScanner, one_text

_NUMBER = rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
# A key, with its value if that is a string or a number; or a string or number in an array or outside JSON.
_FIELD = re.compile(
    rb'"(%b)"\s*:(?:\s*"(%b)"|\s*(%b)(?=[,}\] \r\n]))?|"(%b)"|(?<=[:,\[ ])(%b)(?=[,}\] \r\n])'
    % (STRING, STRING, _NUMBER, STRING, _NUMBER)
)
_TEXTS, _NUMBERS = (2, 4), (3, 5)  # the groups
_MATCH_VALUE = re.compile(STRING).match
_MATCH_NUMBER = re.compile(_NUMBER).match
_MAX_TEMPLATES = 8  # templates that are kept: a stream has a few kinds of frames
_MAX_LESSONS = 64  # frames of a body that are compared with earlier ones
_MAX_FRAME = 4096  # bytes of a frame from which a template is learned
_MAX_REMEMBERED = 24  # bytes of a value whose suspicion is remembered: a word, not a key
_FROM = 3  # the frame of a kind with which learning begins: it costs as much as searching several frames

_remembered = lru_cache(4096)(suspicion_of)


class _Field(NamedTuple):
    """A field that differs between frames, and the bytes between it and the next."""

    match: Callable[[bytes, int], re.Match[bytes] | None]
    after: bytes
    text: bool
    joined: bool  # whether it is a string value whose texts are joined


class _Text(NamedTuple):
    """A string value whose texts are joined: field number `place`, or `raw` bytes at an offset after the field before `place`."""

    place: int
    offset: int
    raw: bytes | None
    channel: Channel
    piece: StringPiece


class Fit(NamedTuple):
    """A frame, or a part of one, that fits a template: the spans of its fields, and which end in what may begin a secret."""

    template: Template
    start: int
    end: int
    spans: list[Hit]
    suspicious: list[int]

    def texts(self, data: bytes, keys: set[object], base: int) -> Iterator[tuple[Channel, StringPiece]]:
        """Yield the texts, and their channels, that are suspicious or extend a channel with one of these keys.

        The keys of suspicious texts are added. `base` is the offset of the frame in the body.
        """
        for place, offset, raw, channel, piece in self.template.texts:
            key = piece.key
            if raw is not None:
                if key in keys:
                    start = (self.spans[place - 1][1] if place else self.start) + offset
                    yield channel, StringPiece(raw, base + start, key, piece.container)
            elif key in keys or place in self.suspicious:
                start, end = self.spans[place]
                keys.add(key)
                yield channel, StringPiece(data[start:end], base + start, key, piece.container)


class Template:
    """The bytes that frames share, and the fields between them, learned from an example."""

    def __init__(self, example: bytes, chosen: list[_Value]) -> None:
        self._example = example
        self._spans = [(value.start, value.start + len(value.raw)) for value in chosen]
        starts = [value.start for value in chosen] + [len(example)]
        self._head = example[: starts[0]]
        self._fields = tuple(
            _Field(
                match=_MATCH_NUMBER if value.key is None else _MATCH_VALUE,
                after=example[end:following],
                text=value.key is not None,
                joined=value.key is not None and value.key not in UNJOINED_FIELDS,
            )
            for value, (_, end), following in zip(chosen, self._spans, starts[1:], strict=True)
        )

    def fit(self, data: bytes, start: int) -> Fit | None:
        """Return how the data from `start` on fits; None if it does not, or if a field may contain a secret."""
        if not data.startswith(self._head, start):
            return None
        spans: list[Hit] = []
        suspicious: list[int] = []
        position = start + len(self._head)
        for match, after, text, joined in self._fields:
            found = match(data, position)
            if found is None:
                return None
            end = found.end()
            if not data.startswith(after, end):
                return None
            if text:
                value = found[0]
                suspicion = _remembered(value) if end - position <= _MAX_REMEMBERED else suspicion_of(value)
                if suspicion == INSIDE:
                    return None
                if suspicion == ENDS and joined:
                    suspicious.append(len(spans))
            spans.append((position, end))
            position = end + len(after)
        return Fit(self, start, position, spans, suspicious)

    @cached_property
    def texts(self) -> tuple[_Text, ...]:
        """The string values whose texts are joined, in order. Few templates need them."""
        places = {start: index for index, (start, _) in enumerate(self._spans)}
        texts = []
        for piece in StringScanner().feed(self._example, 0):
            if piece.key in UNJOINED_FIELDS:
                continue
            place = places.get(piece.start)
            if place is not None:
                texts.append(_Text(place, 0, None, piece.channel, piece))
                continue
            place = sum(end <= piece.start for _, end in self._spans)
            offset = piece.start - (self._spans[place - 1][1] if place else 0)
            texts.append(_Text(place, offset, piece.raw, piece.channel, piece))
        return tuple(texts)


class _Value(NamedTuple):
    """A string value or number in a frame: where it starts, its bytes, and its key (None for a number)."""

    start: int
    raw: bytes
    key: bytes | None


class _Kind:
    """Frames that are equal but for their values: those of the last one, which have varied, and the template."""

    __slots__ = ("last", "template", "varying")

    def __init__(self, last: list[_Value]) -> None:
        self.last = last
        self.varying: set[int] = set()
        self.template: Template | None = None


class Templates:
    """Learns the templates of one body, and compares frames with them."""

    __slots__ = ("_kinds", "_lessons_left", "_seen", "_templates")

    def __init__(self) -> None:
        self._seen: Counter[tuple[bytes, int]] = Counter()
        self._kinds: dict[bytes, _Kind] = {}
        self._templates: list[Template] = []
        self._lessons_left = _MAX_LESSONS

    def fit(self, data: bytes) -> list[Fit] | None:
        """Return the parts of a frame, an event each, that fit templates; None if not all of it does."""
        parts: list[Fit] = []
        position = 0
        templates = self._templates
        while position < len(data):
            for template in templates:
                fit = template.fit(data, position)
                if fit is not None:
                    break
            else:
                return None
            parts.append(fit)
            position = fit.end
            if template is not templates[0]:
                templates.remove(template)
                templates.insert(0, template)
        return parts

    def learn(self, data: bytes, hits: list[Hit]) -> None:
        """Compare a frame, of which `hits` are suspicious, with earlier ones. It has to begin and end outside all values."""
        if not self._lessons_left or len(data) > _MAX_FRAME:
            return
        sort = data[:16], data.count(b'"')
        self._seen[sort] += 1
        if self._seen[sort] < _FROM - 1 or not _is_plain(data):
            return
        self._lessons_left -= 1
        values, shape = _values(data)
        kind = self._kinds.get(shape)
        if kind is None:
            self._kinds[shape] = _Kind(values)
            return
        kind.varying |= {index for index, value in enumerate(values) if value.raw != kind.last[index].raw}
        for hit in hits:
            kind.varying |= {index for index, value in enumerate(values) if _contains(value, hit)}
        kind.last = values
        if kind.template in self._templates:
            self._templates.remove(kind.template)
        chosen = [values[index] for index in sorted(kind.varying)]
        if all(any(_contains(value, hit) for value in chosen) for hit in hits):
            kind.template = Template(data, chosen)
            self._templates = [kind.template, *self._templates[: _MAX_TEMPLATES - 1]]


def _contains(value: _Value, hit: Hit) -> bool:
    """Whether the hit is in this string value, or its closing quotation mark."""
    return value.key is not None and value.start <= hit[0] and hit[1] <= value.start + len(value.raw) + 1


def _is_plain(data: bytes) -> bool:
    """Whether a frame is a JSON object in one line, or is without JSON: then its strings are certain."""
    first, last = data.find(b"{"), data.rfind(b"}") + 1
    if any(mark in data[: max(first, 0)] + data[last:] for mark in (b'"', b"[", b"]")) or b"\n" in data[first:last]:
        return False
    return first == -1 == last - 1 or one_text(data[first:last])


def _values(data: bytes) -> tuple[list[_Value], bytes]:
    """Return the string values and numbers of a frame, and the frame without them.

    Numbers with a key such as `index` are left out, because they distinguish parallel texts.
    """
    values: list[_Value] = []
    shape: list[bytes] = []
    end = 0
    for match in _FIELD.finditer(data):
        group = match.lastindex or 0
        key = match[1]
        if group in _TEXTS:
            value = _Value(match.start(group), match[group], b"[]" if key is None else key)
        elif group in _NUMBERS and (key is None or key[-5:].lower() != b"index"):
            value = _Value(match.start(group), match[group], None)
        else:
            continue
        values.append(value)
        shape.append(data[end : value.start])
        end = match.end(group)
    return values, b"\0".join([*shape, data[end:]])
