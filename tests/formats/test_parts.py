"""A recording in parts: whatever their size and whatever is damaged, they hold the exchanges of the whole."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.errors import UnreadableInput
from streamkit.formats import FileRange, parts, read, read_part
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


def in_parts(data: bytes, size: int) -> tuple[list[tuple[object, ...]], str]:
    """Return the exchanges of the parts, up to the first that cannot be read."""
    found: list[tuple[object, ...]] = []
    for part in parts(BytesIO(data), size):
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
    assert in_parts(data, size) == at_once(data)


def test_a_newer_version_ends_the_reading_in_the_same_place() -> None:
    data = START % 0 + FRAME + START.replace(b'"streamkit":1', b'"streamkit":9') % 1 + START % 2
    found, error = in_parts(data, 1)
    assert (found, error) == at_once(data)
    assert error.startswith("-:3: recording format version 9")


def test_small_parts_are_many() -> None:
    assert len(list(parts(BytesIO((START % 0 + FRAME) * 5), 1))) == 5


@pytest.mark.parametrize("size", [1, 100, 250, 10_000])
def test_a_part_is_as_large_as_asked_for_or_one_exchange(size: int) -> None:
    one = START % 0 + FRAME + END
    data = one * 9
    found = list(parts(BytesIO(data), size))
    assert len(found) == -(-9 // -(-size // len(one)))
    edges = [0, *(part.stop for part in found if part.stop is not None)]
    assert [part.start for part in found] == edges
    assert all((part.stop - part.start) // len(one) == -(-size // len(one)) for part in found if part.stop)
    assert [part.lines for part in found] == [part.start // len(one) * 3 for part in found]


@pytest.mark.parametrize(
    "data", [b"", b"data: x\n\n", b"\x1f\x8b", b"\xef\xbb\xbf" + START % 0 + START % 1, FRAME + START % 1 + START % 2]
)
def test_what_does_not_begin_with_an_exchange_is_one_part(data: bytes) -> None:
    assert list(parts(BytesIO(data), 1)) == [FileRange()]


def test_a_block_may_end_inside_a_line() -> None:
    long = FRAME.replace(b"streamkit", b"x" * 700_000)
    data = b"".join(START % number + long for number in range(7))
    assert in_parts(data, 1_000_000) == at_once(data)
    assert len(list(parts(BytesIO(data), 1_000_000))) == 4
