"""A recording in parts: whatever their size and whatever is damaged, they hold the exchanges of the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.errors import UnreadableInput
from streamkit.formats import FileRange, LineCount, lines_before, parts, parts_sought, read, read_part
from streamkit.model.exchange import Exchange

START = b'{"type":"start","streamkit":1,"source":"client","clock":"none","labels":{"n":"%d"}}\n'
FRAME = b'{"type":"frame","at":null,"text":"data: {\\"a\\":\\"streamkit\\"}\\n\\n"}\n'
END = b'{"type":"end","at":null,"reason":"eof","frames":1}\n'

LINES = [
    START % 1,
    START % 2,
    START.replace(b":1,", b":1,", 1).replace(b"\n", b"\r\n") % 3,
    b'{"streamkit":1,"type":"start","source":"stdin","clock":"none"}\n',
    b'{"type": "start", "streamkit": 1}\n',
    b'{"type":"start","streamkit":"1"}\n',
    b'{"type":"start","streamkit":1,"request":{"method":"POST","url":"/","headers":[],"body":{"json":{"streamkit":2}}}}\n',
    b'{"type":"note","streamkit":1}\n',
    FRAME,
    FRAME,
    END,
    b'{"type":"frame","at":null,"te' + START % 4,  # torn, with another exchange joined to it
    b'{"type":"frame","at":null,"te\n',
    b'["streamkit"]\n',
    b"\n",
    b'{"type":"start","streamkit":1,"clo\n',
]


def values_of(exchange: Exchange) -> tuple[object, ...]:
    """Everything that reading finds out, with the frames as columns."""
    frames = exchange.frames
    return exchange, exchange.origin, list(frames.data), list(frames.at), list(frames.lines), exchange.damage


Divided = Callable[[IO[bytes], Callable[[int], int]], Iterator[FileRange]]


def sought_and_numbered(file: IO[bytes], size: Callable[[int], int]) -> Iterator[FileRange]:
    """Yield the parts that are found without reading all of the file, with the numbers that reading them in order gives."""
    exchanges = lines = 0
    for part in parts_sought(file, size):
        assert lines == lines_before(file, part)
        yield replace(part, exchanges=exchanges, lines=lines)
        count = LineCount()
        exchanges += sum(1 for _ in read_part(file, "-", part, count=count)) if part.stop is not None else 0
        lines += count.lines


def in_parts(data: bytes, size: int, divided: Divided = parts) -> tuple[list[tuple[object, ...]], str]:
    """Return the exchanges of the parts, up to the first that cannot be read."""
    found: list[tuple[object, ...]] = []
    for part in divided(BytesIO(data), lambda _: size):
        try:
            for exchange in read_part(BytesIO(data), "-", part):
                found.append(values_of(exchange))
        except UnreadableInput as error:
            return found, str(error)
    return found, ""


def at_once(data: bytes) -> tuple[list[tuple[object, ...]], str]:
    found: list[tuple[object, ...]] = []
    try:
        for exchange in read(data, format="recording"):
            found.append(values_of(exchange))
    except UnreadableInput as error:
        return found, str(error)
    return found, ""


@given(st.lists(st.sampled_from(LINES)), st.integers(1, 2000), st.booleans())
def test_parts_hold_what_the_whole_holds(lines: list[bytes], size: int, cut: bool) -> None:
    data = START % 0 + b"".join(lines)
    data = data[:-7] if cut else data
    whole = at_once(data)
    assert in_parts(data, size) == whole
    assert in_parts(data, size, sought_and_numbered) == whole


@given(st.lists(st.sampled_from(LINES)), st.lists(st.integers(1, 2000), min_size=1))
def test_parts_that_are_sought_are_cut_in_the_same_places(lines: list[bytes], sizes: list[int]) -> None:
    data = START % 0 + b"".join(lines)

    def size(start: int) -> int:
        return sizes[start % len(sizes)]

    edges = [(part.start, part.stop) for part in parts(BytesIO(data), size)]
    assert [(part.start, part.stop) for part in parts_sought(BytesIO(data), size)] == edges


def test_to_seek_parts_few_bytes_are_read() -> None:
    class Counted(BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.taken += len(data)
            return data

        def readline(self, size: int | None = -1, /) -> bytes:
            data = super().readline(size)
            self.taken += len(data)
            return data

    one = START % 0 + FRAME * 10 + END
    file = Counted(one * 5000)
    size = len(one) * 1000
    assert [part.start for part in parts_sought(file, lambda _: size)] == [n * size for n in range(5)]
    assert file.taken < len(one) * 5 + 65536


def test_exchanges_whose_lines_alternate_are_cut_only_where_one_begins() -> None:
    """Recorders write one exchange after another; of lines that alternate nevertheless, a frame belongs to the last start."""
    data = (START % 0 + START % 1 + FRAME + START % 2 + FRAME + END + FRAME + END + END) * 4
    whole = at_once(data)
    for size in range(1, len(data), 37):
        assert in_parts(data, size) == in_parts(data, size, sought_and_numbered) == whole


def test_a_newer_version_ends_the_reading_in_the_same_place() -> None:
    data = START % 0 + FRAME + START.replace(b'"streamkit":1', b'"streamkit":9') % 1 + START % 2
    found, error = in_parts(data, 1)
    assert (found, error) == at_once(data)
    assert error.startswith("-:3: recording format version 9")


def test_small_parts_are_many() -> None:
    assert len(list(parts(BytesIO((START % 0 + FRAME) * 5), lambda _: 1))) == 5


@pytest.mark.parametrize("size", [1, 100, 250, 10_000])
def test_a_part_is_as_large_as_asked_for_or_one_exchange(size: int) -> None:
    one = START % 0 + FRAME + END
    data = one * 9
    found = list(parts(BytesIO(data), lambda _: size))
    assert len(found) == -(-9 // -(-size // len(one)))
    edges = [0, *(part.stop for part in found if part.stop is not None)]
    assert [part.start for part in found] == edges
    assert all((part.stop - part.start) // len(one) == -(-size // len(one)) for part in found if part.stop)
    assert [part.lines for part in found] == [part.start // len(one) * 3 for part in found]


@pytest.mark.parametrize(
    "data", [b"", b"data: x\n\n", b"\x1f\x8b", b"\xef\xbb\xbf" + START % 0 + START % 1, FRAME + START % 1 + START % 2]
)
def test_what_does_not_begin_with_an_exchange_is_one_part(data: bytes) -> None:
    assert list(parts(BytesIO(data), lambda _: 1)) == [FileRange()]
    assert list(parts_sought(BytesIO(data), lambda _: 1)) == [FileRange()]


def test_a_block_may_end_inside_a_line() -> None:
    long = FRAME.replace(b"streamkit", b"x" * 700_000)
    data = b"".join(START % number + long for number in range(7))
    assert in_parts(data, 1_000_000) == at_once(data)
    assert in_parts(data, 1_000_000, sought_and_numbered) == at_once(data)
    assert len(list(parts(BytesIO(data), lambda _: 1_000_000))) == 4


@pytest.mark.parametrize("newline", [b"", b"\n"], ids=["the rest of the file", "a line"])
def test_no_part_begins_in_a_line_that_is_too_long(newline: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamkit.formats._parts.LONGEST_LINE", 1000)
    monkeypatch.setattr("streamkit.formats._parts.PIECE", 100)
    monkeypatch.setattr("streamkit.formats._parts._BLOCK", 300)
    long = START.replace(b"client", b"c" * 1200) % 7
    data = START % 0 + FRAME + long[:-1] + newline + (START % 1 + FRAME if newline else b"")
    starts = [0, len(data) - len(START % 1 + FRAME)] if newline else [0]
    assert [part.start for part in parts_sought(BytesIO(data), lambda _: 1)] == starts
