"""Lines of frames that repeat each other: their times, sizes and forms, without parsing each line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import compress, count, repeat
from operator import add, and_, contains, itemgetter

import orjson

from streamkit.wire import sse_runs
from streamkit.wire.fitting import LEAST, Fit, Fitting, Forms
from streamkit.wire.templates import (
    Form,
    Unfit,
    check_numbers,
    check_texts,
    cut,
    filled_with,
    forms_of,
    holes_of,
    joined_with,
    separated,
)

START = b'{"type":"frame","at":'
"""How recorders begin the line of a frame."""

_LONGEST_TIME = 18  # digits, so that a time has 63 bits
_FIELDS = itemgetter("type", "at", "text")
_DIGITS = b",0123456789"
_BACKSLASH = ord("\\")
_END = b'"}\n'
_MOST_RUNS = 8


class _Template:
    """Lines of frames that are one event each, which differ in their times and in what lies in the holes of their payload."""

    __slots__ = ("_before", "_finders", "_first", "_forms", "_last", "_middle", "_more", "_name", "_pieces", "texts")

    def __init__(self, pieces: list[bytes], texts: list[bool], name: str, before: bytes) -> None:
        self._pieces = pieces
        self.texts = texts
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
        """Return the template of a line; None if its frame is not an event with JSON, or has no holes. `other` is a line near it."""
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
        return Fit(which, forms, at, sizes)

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
        width = len(self.texts)
        texts = check_texts(flat)
        if _BACKSLASH in b"".join(flat):
            # What is escaped in the line must be valid in the payload too.
            escaped = list(compress(count(), map(contains, flat, repeat(_BACKSLASH))))
            decoded = [texts[index].encode() for index in escaped]
            check_texts(decoded)
            for index, text in zip(escaped, decoded, strict=True):
                sizes[index // width] -= len(flat[index]) - len(text)
        for index, is_text in enumerate(self.texts):
            if not is_text:
                check_numbers(flat[index::width])
        return which, sizes, self._forms_of(flat)

    def _forms_of(self, flat: list[bytes]) -> Forms:
        """Return the forms of the rows."""
        return forms_of(flat, len(self.texts), self._form)

    def example(self, texts: Sequence[bytes], number: bytes) -> bytes:
        """Return a payload with these texts and this number in its holes."""
        return joined_with(
            self._pieces, [text if kind else number for text, kind in zip(texts, self.texts, strict=True)]
        )

    def texts_in(self, lines: Sequence[bytes], hole: int) -> list[str]:
        """Return the text in one hole of each line, which must fit. It is escaped twice: in the line, and in the payload."""
        raw = self._cut(lines)[hole :: len(self.texts)]
        texts: list[str] = orjson.loads(b'["%b"]' % b'","'.join(raw))
        if _BACKSLASH in b"".join(raw):
            joined = '","'.join(texts)
            texts = orjson.loads(f'["{joined}"]')
        return texts

    def joined(self, lines: Sequence[bytes]) -> bytes | None:
        """Return a payload whose texts are each those of all lines joined, and whose numbers are those of the first line.

        None if one of these numbers is 0.
        """
        flat, width = self._cut(lines), len(self.texts)
        holes = []
        for place, is_text in enumerate(self.texts):
            raw = b"".join(flat[place::width]) if is_text else flat[place]
            if not is_text and not orjson.loads(raw):
                return None
            holes.append(orjson.loads(b'"%b"' % raw).encode() if _BACKSLASH in raw else raw)
        return joined_with(self._pieces, holes)

    def _cut(self, lines: Sequence[bytes]) -> list[bytes]:
        """Return what is in the holes of lines that fit, line by line."""
        inner: list[bytes] = []
        for comma, run in _by_time(lines):
            inner += map(itemgetter(slice(comma + len(self._first), -len(self._last))), run)
        return cut(inner, self._finders)

    def _form(self, empty: tuple[bool, ...]) -> Form:
        form = self._forms.get(empty)
        if form is None:
            filled = filled_with(self._pieces, self.texts, empty)
            form = self._forms[empty] = Form(
                filled,
                self._name,
                len(self._before),
                2,
                empty=empty,
                has_numbers=not all(self.texts),
                cuts=self,
            )
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


def _by_time(lines: Sequence[bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    """Yield lines that follow each other and whose times have as many digits, with the place of the comma after the time.

    At that place, a line with a longer time has a digit, and one with a shorter time something of its text, in which no quote
    follows a comma: it would be escaped. Times mostly grow, so there are few such runs.
    """
    for _ in range(_MOST_RUNS):
        if not lines:
            return
        comma = lines[0].index(b",", len(START))
        count = min(_beginning(lines, comma, b","), _beginning(lines, comma + 1, b'"'))
        yield comma, lines[:count]
        lines = lines[count:]
    for line in lines:
        yield line.index(b",", len(START)), [line]


def _beginning(lines: Sequence[bytes], place: int, byte: bytes) -> int:
    """Return how many of the first lines have this byte at this place."""
    column = bytes(map(itemgetter(place), lines))
    return len(column) - len(column.lstrip(byte))


def _spread(which: list[bool], within: list[bool]) -> list[bool]:
    """Return which of all are meant where `within` says it of those that `which` has."""
    rest = iter(within)
    return [held and next(rest) for held in which]


class Runs:
    """The templates of one exchange, learned while its lines are read."""

    __slots__ = ("_fitting",)

    def __init__(self) -> None:
        self._fitting = Fitting(_Template.of)

    def take(self, lines: list[bytes]) -> tuple[list[bytes], Fit] | None:
        """Take lines that begin with START, if a template helps, and if each holds a frame with text; else return None.

        Return what to keep of each line, which is the line itself where it has a form, else its frame; and what is known of
        the frames.
        """
        if self._fitting.given_up or len(lines) < LEAST:
            return None
        left = self._fitting.take(lines)
        if not left.fits:
            return None
        try:
            rest = list(map(_FIELDS, map(orjson.loads, left.records)))
            frames = [text.encode() for _, _, text in rest]
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            return None
        if any(kind != "frame" for kind, _, _ in rest):
            return None
        kept = lines
        if frames:
            kept = list(lines)
            for index, frame in zip(left.places, frames, strict=True):
                kept[index] = frame
        others = Fit(None, [(None, len(rest))] if rest else [], [at for _, at, _ in rest], list(map(len, frames)))
        return kept, left.in_order(others)
