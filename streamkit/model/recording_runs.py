"""Lines of frames that repeat each other: their times, sizes and forms, without parsing each line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import compress, count, repeat
from operator import add, contains, itemgetter, sub

import orjson

from streamkit.model.texts import LineBlock
from streamkit.wire import sse_runs
from streamkit.wire.fitting import LEAST, Fit, Fitting
from streamkit.wire.row_pattern import ESCAPED_TEXT, NUMBER, RowPattern, Rows
from streamkit.wire.runs import Sizes
from streamkit.wire.templates import Form, Holes, cut, holes_of, joined_with

START = b'{"type":"frame","at":'
"""How recorders begin the line of a frame."""

_BEGIN = re.escape(START) + b"([0-9]{1,18}+|null)"  # a time of at most 18 digits has 63 bits
_MOST_FAILURES = 3
_FIELDS = itemgetter("type", "at", "text")
_BACKSLASH = ord("\\")
_END = b'"}\n'
_MOST_RUNS = 8


class _Template:
    """Lines of frames that are one event each, which differ in their times and in what lies in the holes of their payload."""

    __slots__ = ("_finders", "_first", "_form", "_last", "_less", "_middle", "_pattern", "_pieces", "texts")

    def __init__(self, holes: Holes, name: str, before: bytes) -> None:
        pieces = holes.pieces
        self._pieces = pieces
        self.texts = holes.texts
        self._first = b',"text":"' + _escaped(before + pieces[0])
        self._middle = [_escaped(piece) for piece in pieces[1:-1]]
        self._last = _escaped(pieces[-1] + b"\n\n") + _END
        self._finders: list[re.Pattern[bytes]] | None = None
        # What a line has more than its frame where nothing is escaped in its holes, apart from the digits of its time.
        around = len(self._first) + sum(map(len, self._middle)) + len(self._last)
        self._less = len(START) + around - len(before) - sum(map(len, pieces)) - 2
        solid, texts = holes.filled()
        rows = [_escaped(piece) for piece in solid]
        rows[0] = b',"text":"' + _escaped(before + solid[0])
        rows[-1] += _escaped(b"\n\n")
        self._pattern = RowPattern(_BEGIN, rows, [ESCAPED_TEXT if text else NUMBER for text in texts], _END)
        self._form = Form(
            holes.example(),
            name,
            len(before),
            2,
            empty=holes.empty,
            has_numbers=not all(holes.texts),
            cuts=self,
        )

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
        return _Template(found, block[1], data[: len(data) - len(block[0]) - 2])

    def fit(self, lines: list[bytes]) -> Fit | None:
        """Return which of these lines fit, if there are any. All begin with START, and hold no line feed but at their end."""
        joined = b"".join(lines)
        rows = self._pattern.find(joined, len(lines))
        if rows is None:
            return None
        fitting = lines if rows.which is None else list(compress(lines, rows.which))
        return self._fit(rows, len(joined) if rows.which is None else sum(map(len, fitting)), partial(list, fitting))

    def fit_leading(self, lines: LineBlock) -> Fit | None:
        """Return which lines fit before the first that does not, if there are any."""
        rows, others = self._pattern.find_leading(lines.joined)
        if rows is None:
            return None
        count = len(rows.begins)
        lines.count = count + others
        size = len(lines.joined) - (sum(map(len, lines.split()[count:])) if others else 0)
        return self._fit(rows, size, partial(lines.leading, count))

    def _fit(self, rows: Rows, size: int, lines: Callable[[], list[bytes]]) -> Fit | None:
        """Return what is known of lines of `size` bytes that fit; None if their times are not valid."""
        times = b",".join(rows.begins)
        try:
            at: list[int | None] = orjson.loads(b"[%b]" % times)
        except orjson.JSONDecodeError:  # such as 007
            return None
        size -= len(times) + 1 + len(at) * (self._less - 1)
        escaped = [rests for rests in rows.rests if _BACKSLASH in b"".join(rests)]
        size -= sum(_escapes(b"".join(rests)) for rests in escaped)
        return Fit(rows.which, [(self._form, len(at))], at, Sizes(size, partial(self._sizes, lines, at, escaped)))

    def _sizes(
        self, lines: Callable[[], list[bytes]], at: list[int | None], escaped: list[Sequence[bytes]]
    ) -> list[int]:
        """Return the size of the frame in each of these lines, whose texts in the holes have escapes as `escaped` shows them."""
        more = map(add, map(len, map(str, at)), repeat(self._less))  # "None" is as long as "null"
        sizes = list(map(sub, map(len, lines()), more))
        for rests in escaped:
            for index in compress(count(), map(contains, rests, repeat(_BACKSLASH))):
                sizes[index] -= _escapes(rests[index])
        return sizes

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
        if self._finders is None:
            self._finders = [re.compile(re.escape(piece)) for piece in self._middle]
        inner: list[bytes] = []
        for comma, run in _by_time(lines):
            inner += map(itemgetter(slice(comma + len(self._first), -len(self._last))), run)
        return cut(inner, self._finders)


def _escaped(piece: bytes) -> bytes:
    """Return a piece of a frame as it is written in a line."""
    return orjson.dumps(piece.decode())[1:-1]


def _escapes(text: bytes) -> int:
    """Return how many bytes texts in lines have more than they have in their frames: a backslash for each quote and backslash."""
    return text.count(b"\\") - text.count(b"\\\\")


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


class Runs:
    """The templates of one exchange, learned while its lines are read."""

    __slots__ = ("_failures", "_fitting", "_latest")

    def __init__(self) -> None:
        self._fitting = Fitting(_Template.of)
        self._latest: _Template | None = (
            None  # of the templates that fit the lines taken last, the one that fits most of them
        )
        self._failures = 0

    def take_block(self, lines: LineBlock) -> Fit | None:
        """Take the lines with which these begin, as far as they fit the template of those before them; None if that is none."""
        if self._latest is None or self._failures >= _MOST_FAILURES or not lines.joined.startswith(START):
            return None
        fit = self._latest.fit_leading(lines)
        self._failures += fit is None or len(fit.at) * 2 < lines.count
        return fit

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
        _, most = max(left.fits, key=lambda fit: len(fit[0]))
        form, _ = most.forms[0]
        self._latest = form.cuts if form is not None and isinstance(form.cuts, _Template) else None
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
        others = Fit(None, [(None, len(rest))] if rest else [], [at for _, at, _ in rest], Sizes.of(frames))
        return kept, left.in_order(others)
