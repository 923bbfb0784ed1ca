"""Lines of frames that repeat each other: their times, sizes and forms, without parsing each line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from itertools import compress, count, islice, pairwise, repeat
from operator import add, and_, contains, itemgetter, ne, not_
from typing import NamedTuple

import orjson

from streamkit.frozen import dataclass
from streamkit.wire import sse_runs
from streamkit.wire.templates import Form, Unfit, check_numbers, check_texts, holes_of, separated

START = b'{"type":"frame","at":'
"""How recorders begin the line of a frame."""

LEAST = 12
"""Lines: for fewer, a template costs more than it saves."""

_LONGEST_TIME = 18  # digits, so that a time has 63 bits
_MOST_FAILURES = 4
_MOST_TEMPLATES = 8
_FIELDS = itemgetter("type", "at", "text")
_DIGITS = b",0123456789"
_BACKSLASH = ord("\\")
_END = b'"}\n'


Forms = list[tuple[Form | None, int]]
"""The forms of frames in order, and how many frames have each."""


class Fit(NamedTuple):
    """The lines that fit a template: which (None if all do), and for each of those its time, its frame's size and its form."""

    which: list[bool] | None
    at: list[int | None]
    sizes: list[int]
    forms: Forms


class _Template:
    """Lines of frames that are one event each, which differ in their times and in what lies in the holes of their payload."""

    __slots__ = ("_before", "_finders", "_first", "_forms", "_last", "_middle", "_more", "_name", "_pieces", "_texts")

    def __init__(self, pieces: list[bytes], texts: list[bool], name: str, before: bytes) -> None:
        self._pieces = pieces
        self._texts = texts
        self._name = name
        self._before = before
        self._first = b',"text":"' + _escaped(before + pieces[0])
        self._middle = [_escaped(piece) for piece in pieces[1:-1]]
        self._finders = [re.compile(re.escape(piece)) for piece in self._middle]
        self._last = _escaped(pieces[-1] + b"\n\n") + _END
        # What a frame has more than what its line has between the first piece and the last.
        self._more = len(before) + sum(map(len, pieces)) + 2 - sum(map(len, self._middle))
        self._forms: dict[tuple[bool, ...], Form] = {}

    @staticmethod
    def of(line: bytes, other: bytes) -> _Template | None:
        """Return the template of a line; None if its frame is no event with JSON, or has no holes. `other` is a line near it."""
        try:
            kind, _, text = _FIELDS(orjson.loads(line))
            data = text.encode()
            block = sse_runs.only_block(data) if kind == "frame" else None
            near = _FIELDS(orjson.loads(other))[2].encode()
            found = holes_of(block[0], near) if block else None
            if block is None or found is None or type(orjson.loads(block[0])) is not dict:
                return None
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            return None
        return _Template(*found, block[1], data[: len(data) - len(block[0]) - 2])

    def fit(self, lines: Sequence[bytes]) -> Fit | None:
        """Return which of these lines fit, if there are any. All begin with START, and hold no line feed but at their end."""
        begin = len(START)
        width = lines[len(lines) // 2].find(b",", begin, begin + _LONGEST_TIME + 1) - begin
        start = begin + width + len(self._first)
        if width <= 0:
            return None
        which = self._framed(lines, begin + width, start)
        rows = lines if which is None else list(compress(lines, which))
        if not rows:
            return None
        inner = list(map(itemgetter(slice(start, -len(self._last))), rows))
        try:
            at = _times(list(map(itemgetter(slice(begin, begin + width)), rows)))
            within, sizes, forms = self._holes(inner)
        except Unfit:
            return None
        if within is not None:
            at = list(compress(at, within))
            which = within if which is None else _spread(which, within)
        return Fit(which, at, sizes, forms)

    def _framed(self, lines: Sequence[bytes], begin: int, start: int) -> list[bool] | None:
        """Return which lines have the first and the last piece in their places, None if all do."""
        first, last = self._first, self._last
        heads = list(map(itemgetter(slice(begin, start)), lines))
        least = start + len(last)
        framed = heads.count(first) == len(lines) and all(map(bytes.endswith, lines, repeat(last)))
        if framed and (
            self._finders or min(map(len, lines)) >= least
        ):  # of two holes, a line that is too short lacks one
            return None
        begins = map(first.__eq__, heads)
        ends = map(bytes.endswith, lines, repeat(last))
        return list(map(and_, map(and_, begins, ends), map(least.__le__, map(len, lines))))

    def _holes(self, inner: list[bytes]) -> tuple[list[bool] | None, list[int], Forms]:
        """Return which rows fit, None if all do, and of those the sizes of their frames and their forms.

        `inner` is what lies between the first and the last piece. Raises Unfit where a hole of one is not valid.
        """
        which = None
        flat = inner
        if self._finders:
            which, flat = separated(inner, self._middle, self._finders)
            if which is not None:
                inner = list(compress(inner, which))
        sizes = list(map(add, map(len, inner), repeat(self._more)))
        width = len(self._texts)
        texts = check_texts(flat)
        if _BACKSLASH in b"".join(flat):
            # What is escaped in the line must be valid in the payload too.
            escaped = list(compress(count(), map(contains, flat, repeat(_BACKSLASH))))
            decoded = [texts[place].encode() for place in escaped]
            check_texts(decoded)
            for place, text in zip(escaped, decoded, strict=True):
                sizes[place // width] -= len(flat[place]) - len(text)
        for place, is_text in enumerate(self._texts):
            if not is_text:
                check_numbers(flat[place::width])
        return which, sizes, self._forms_of(flat)

    def _forms_of(self, flat: list[bytes]) -> Forms:
        """Return the forms of the rows."""
        width = len(self._texts)
        if b"" not in flat:
            return [(self._form((False,) * width), len(flat) // width)]
        columns = [map(not_, flat[place::width]) for place in range(width)]
        return [(self._form(empty), 1) for empty in zip(*columns, strict=True)]

    def _form(self, empty: tuple[bool, ...]) -> Form:
        form = self._forms.get(empty)
        if form is None:
            filled = self._pieces[0]
            for is_text, is_empty, piece in zip(self._texts, empty, self._pieces[1:], strict=True):
                filled += (b"" if is_empty else b"x" if is_text else b"1") + piece
            form = self._forms[empty] = Form(filled, self._name, len(self._before), 2)
        return form


def _escaped(piece: bytes) -> bytes:
    """Return a piece of a frame as it is written in a line."""
    return orjson.dumps(piece.decode())[1:-1]


def _times(raw: list[bytes]) -> list[int | None]:
    joined = b",".join(raw)
    if not joined.translate(None, _DIGITS):
        try:
            return orjson.loads(b"[%b]" % joined)  # type: ignore[no-any-return]
        except orjson.JSONDecodeError as error:  # such as 007
            raise Unfit from error
    if raw.count(b"null") != len(raw):
        raise Unfit
    return [None] * len(raw)


def _spread(which: list[bool], within: list[bool]) -> list[bool]:
    """Return which of all are meant where `within` says it of those that `which` has."""
    rest = iter(within)
    return [held and next(rest) for held in which]


class Taken(NamedTuple):
    """Lines that were taken: the line where there is a form, else the frame; and the time, the form and the size of each frame."""

    kept: list[bytes]
    at: list[int | None]
    forms: Forms
    sizes: list[int]


@dataclass(slots=True)
class Runs:
    """The templates of one exchange, learned while its lines are read."""

    templates: list[_Template] = field(default_factory=list)
    failures: int = 0

    def take(self, lines: list[bytes]) -> Taken | None:
        """Take lines that begin with START, if a template helps, and if each holds a frame with text; else return None."""
        if self.failures >= _MOST_FAILURES or len(lines) < LEAST:
            return None
        left = _Left(lines)
        for template in self.templates:
            left.apply(template)
        while len(left.lines) >= LEAST and self._learn(left):
            pass
        return left.taken(lines) if left.fits else None

    def _learn(self, left: _Left) -> bool:
        """Make a template of one of the lines that are left, and apply it. Return whether it was worth while."""
        if self.failures >= _MOST_FAILURES or len(self.templates) >= _MOST_TEMPLATES:
            return False
        lines, places, fits = left.lines, left.places, len(left.fits)
        template = _Template.of(lines[len(lines) // 2], lines[len(lines) // 2 - 1])
        if template is not None:
            left.apply(template)
            if len(left.lines) * 2 <= len(lines):
                self.templates.append(template)
                return True
            left.lines, left.places = lines, places
            del left.fits[fits:]
        self.failures += 1
        return False


class _Left:
    """The lines that fit no template so far, by their places, and the fits of the others."""

    __slots__ = ("fits", "lines", "places")

    def __init__(self, lines: list[bytes]) -> None:
        self.lines = lines
        self.places: Sequence[int] = range(len(lines))
        self.fits: list[tuple[Sequence[int], Fit]] = []

    def apply(self, template: _Template) -> None:
        """Take out the lines that fit; again where times have another number of digits from some line on."""
        while len(self.lines) >= LEAST:
            fit = template.fit(self.lines)
            if fit is None:
                return
            if fit.which is None:
                self.fits.append((self.places, fit))
                self.lines, self.places = [], []
                return
            self.fits.append((list(compress(self.places, fit.which)), fit))
            others = list(map(not_, fit.which))
            self.lines = list(compress(self.lines, others))
            self.places = list(compress(self.places, others))

    def taken(self, lines: list[bytes]) -> Taken | None:
        """Return everything in order. Lines that are left are parsed; None if one of them holds no frame with text."""
        if not self.places and len(self.fits) == 1:
            _, fit = self.fits[0]
            return Taken(lines, fit.at, fit.forms, fit.sizes)
        try:
            rest = list(map(_FIELDS, map(orjson.loads, self.lines)))
            frames = [text.encode() for _, _, text in rest]
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            return None
        if any(kind != "frame" for kind, _, _ in rest):
            return None
        kept = list(lines)
        for place, frame in zip(self.places, frames, strict=True):
            kept[place] = frame
        others = Fit(None, [time for _, time, _ in rest], list(map(len, frames)), [(None, 1)] * len(rest))
        return _in_order(kept, [*self.fits, (self.places, others)])


def _in_order(kept: list[bytes], fits: list[tuple[Sequence[int], Fit]]) -> Taken:
    """Return what was found at the places of some fits in the order of all lines."""
    at: list[int | None] = []
    sizes: list[int] = []
    forms: Forms = []
    pieces = [piece for places, fit in fits for piece in _runs(places, fit)]
    for _, piece in sorted(pieces, key=itemgetter(0)):
        at += piece.at
        sizes += piece.sizes
        forms += piece.forms
    return Taken(kept, at, forms, sizes)


def _runs(places: Sequence[int], fit: Fit) -> Iterator[tuple[int, Fit]]:
    """Yield the parts of a fit whose lines follow each other, with the place of their first line."""
    if not places:
        return
    if places[-1] - places[0] + 1 == len(places):
        yield places[0], fit
        return
    each = [form for form, number in fit.forms for _ in range(number)]
    starts = [0, *compress(count(1), map(ne, islice(places, 1, None), map((1).__add__, places))), len(places)]
    for start, stop in pairwise(starts):
        forms: Forms = [(form, 1) for form in each[start:stop]]
        yield places[start], Fit(None, fit.at[start:stop], fit.sizes[start:stop], forms)
