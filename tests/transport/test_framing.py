"""A message body has the same frames, bytes and end however reads divide it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streamkit.transport.framing import LARGEST_FRAME, BodyFraming, Chunked, FixedLength

EXTENSIONS = st.sampled_from([b"", b";a", b';a="b"', b" ;a=b", b"  "])
TRAILERS = st.sampled_from([b"", b"X-T: 1\r\n", b"X-T: 1\r\nX-U: 2\r\n"])


@st.composite
def chunked(draw: st.DrawFn) -> tuple[list[bytes], bytes]:
    """Draw a body in chunked coding: its frames and its bytes."""
    frames = draw(st.lists(st.binary(min_size=1, max_size=40), max_size=8))
    wire = b"".join(
        draw(st.sampled_from([b"%x", b"%X", b"0%x"])) % len(frame) + draw(EXTENSIONS) + b"\r\n" + frame + b"\r\n"
        for frame in frames
    )
    return frames, wire + b"0" + draw(EXTENSIONS) + b"\r\n" + draw(TRAILERS) + b"\r\n"


def fed(framing: BodyFraming, wire: bytes, cuts: list[int]) -> tuple[list[bytes], bytes]:
    """Return the frames and bytes that a framing returns for these bytes, divided into reads."""
    frames: list[bytes] = []
    passed = b""
    places = sorted({0, len(wire), *(cut % (len(wire) + 1) for cut in cuts)})
    for start, stop in pairwise(places):
        more, raw = framing.feed(wire[start:stop])
        frames += more
        passed += raw
    return frames, passed


@given(body=chunked(), cuts=st.lists(st.integers(0, 10_000)), after=st.binary(max_size=20))
def test_chunks_are_frames_however_reads_divide_them(
    body: tuple[list[bytes], bytes], cuts: list[int], after: bytes
) -> None:
    frames, wire = body
    framing = Chunked()
    assert fed(framing, wire + after, cuts) == (frames, wire)
    assert (framing.ended, framing.error) == (True, None)


@given(body=chunked(), cuts=st.lists(st.integers(0, 10_000)), stop=st.integers(0, 10_000))
def test_a_truncated_body_loses_nothing(body: tuple[list[bytes], bytes], cuts: list[int], stop: int) -> None:
    frames, wire = body
    wire = wire[: stop % len(wire)]
    framing = Chunked()
    given_, passed = fed(framing, wire, cuts)
    last, rest = framing.close()
    assert passed + rest == wire
    assert not framing.ended and framing.error is None
    assert b"".join(frames).startswith(b"".join([*given_, *last]))
    assert given_ == frames[: len(given_)]


@given(noise=st.binary(max_size=200), cuts=st.lists(st.integers(0, 10_000)))
def test_arbitrary_bytes_do_not_raise(noise: bytes, cuts: list[int]) -> None:
    """Nothing raises, nothing is invented, and the forwarded bytes are those received."""
    framing = Chunked()
    frames, passed = fed(framing, noise, cuts)
    if framing.error is None:
        _, rest = framing.close()
        assert noise.startswith(passed + rest)
    assert all(frame in noise for frame in frames)


@given(length=st.integers(0, 50), data=st.binary(max_size=100), cuts=st.lists(st.integers(0, 200)))
def test_a_body_of_fixed_length_ends_there(length: int, data: bytes, cuts: list[int]) -> None:
    framing = FixedLength(length)
    frames, passed = fed(framing, data, cuts)
    assert b"".join(frames) == passed == data[:length]
    assert framing.ended == (len(data) >= length)
    assert framing.excess == data[length:]


def test_a_long_chunk_is_not_held_back() -> None:
    framing = Chunked()
    size = LARGEST_FRAME + 1
    frames, passed = framing.feed(b"%x\r\n" % size + b"x" * 10)
    assert (frames, passed[-10:]) == ([b"x" * 10], b"x" * 10)
    frames, _ = framing.feed(b"x" * (size - 10) + b"\r")
    assert sum(map(len, frames)) == size - 10
    framing.feed(b"\n0\r\n\r\n")
    assert framing.ended and framing.error is None
