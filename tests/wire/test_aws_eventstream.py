from __future__ import annotations

import json
import struct
from uuid import UUID
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.wire import aws_eventstream as aws
from streamkit.wire.values import Event, Ignored, Item, Tail
from tests.wire.feeding import SHARED, assert_invariant

# The message without headers or payload, byte by byte according to the format's own description.
EMPTY = bytes.fromhex("000000100000000005c248eb7d98c8ff")
ONE = aws.encode("chunk", b'{"a":1}')
TWO = aws.encode("chunk", b"{}")


def flip(message: bytes, at: int) -> bytes:
    return message[:at] + bytes((message[at] ^ 0x55,)) + message[at + 1 :]


def prelude(total: int, headers: int) -> bytes:
    lengths = struct.pack("!II", total, headers)
    return lengths + struct.pack("!I", crc32(lengths))


def event(data: bytes, start: int, message: bytes, name: str = "chunk") -> Event:
    return Event(data, name, start=start, end=start + len(message))


JUNK = b"<html>not a stream</html>"
LONG = prelude(1 << 30, 0) + b"xxxx"
ITEMS: dict[str, tuple[bytes, list[Item]]] = {
    "a message without anything": (EMPTY, [event(b"", 0, EMPTY, "message")]),
    "two messages": (ONE + TWO, [event(b'{"a":1}', 0, ONE), event(b"{}", len(ONE), TWO)]),
    "a cut message": (ONE + TWO[:-1], [event(b'{"a":1}', 0, ONE), Tail(TWO[:-1], len(ONE), len(ONE + TWO) - 1)]),
    "a cut prelude": (ONE[:5], [Tail(ONE[:5], 0, 5)]),
    "a wrong checksum of a message": (
        flip(ONE, len(ONE) - 1) + TWO,
        [Ignored(flip(ONE, len(ONE) - 1), "bad-checksum", 0, len(ONE)), event(b"{}", len(ONE), TWO)],
    ),
    "a wrong byte of a payload": (
        flip(ONE, len(ONE) - 6) + TWO,
        [Ignored(flip(ONE, len(ONE) - 6), "bad-checksum", 0, len(ONE)), event(b"{}", len(ONE), TWO)],
    ),
    "a wrong length": (
        flip(ONE, 2) + TWO,
        [Ignored(flip(ONE, 2), "bad-checksum", 0, len(ONE)), event(b"{}", len(ONE), TWO)],
    ),
    "an impossible length": (LONG + TWO, [Ignored(LONG, "bad-length", 0, len(LONG)), event(b"{}", len(LONG), TWO)]),
    "headers longer than the message": (
        prelude(16, 1) + b"xxxx" + TWO,
        [Ignored(prelude(16, 1) + b"xxxx", "bad-length", 0, 16), event(b"{}", 16, TWO)],
    ),
    "no stream at all": (JUNK, [Ignored(JUNK, "bad-checksum", 0, len(JUNK))]),
    "nothing": (b"", []),
}


@pytest.mark.parametrize(("body", "expected"), ITEMS.values(), ids=ITEMS)
def test_items(body: bytes, expected: list[Item]) -> None:
    assert assert_invariant(aws.Decoder, aws.decode, body) == expected


@pytest.mark.parametrize("kind", ["event", "exception", "error"])
def test_the_name_depends_on_the_kind_of_message(kind: str) -> None:
    (name,) = aws.decode(aws.encode("throttlingException", b"{}", {"x": 1}, kind)).names or ()
    assert name == "throttlingException"


HEADERS: dict[str, aws.HeaderValue] = {
    "true": True,
    "false": False,
    "byte": -128,
    "short": 128,
    "integer": 1 << 20,
    "long": -(1 << 40),
    "bytes": b"\0\xff",
    "string": "é",
    "uuid": UUID(int=7),
}


def test_headers_of_every_type() -> None:
    message = aws.encode("x", b"", HEADERS)
    block = message[12 : 12 + int.from_bytes(message[4:8], "big")]
    named = {":message-type": "event", ":event-type": "x"}
    assert aws.headers_of(block) == named | HEADERS
    assert aws.headers_of(block + b"\4time\x08" + (10**12).to_bytes(8, "big"))["time"] == 10**12
    for at in range(len(block)):
        assert (named | HEADERS).items() >= aws.headers_of(block[:at]).items(), "a cut block gives whole headers"
    assert aws.headers_of(b"\1a\x0a") == {}, "there is no type 10"


def test_an_integer_too_large_for_any_type() -> None:
    with pytest.raises(ValueError, match="no header type"):
        aws.encode("x", b"", {"a": 1 << 63})


def test_recognises() -> None:
    assert aws.recognises(ONE)
    assert aws.recognises(EMPTY[:12])
    assert not aws.recognises(EMPTY[:11])
    assert not aws.recognises(JUNK)
    assert not aws.recognises(LONG)


@given(
    st.lists(st.sampled_from([ONE, TWO, EMPTY, flip(ONE, 0), flip(TWO, 20), ONE[:9], b"\0\0"]), max_size=3).map(
        b"".join
    )
)
def test_any_split_returns_the_same_items(body: bytes) -> None:
    assert_invariant(aws.Decoder, aws.decode, body)


@given(st.binary(max_size=60))
def test_any_bytes(body: bytes) -> None:
    assert_invariant(aws.Decoder, aws.decode, body)


@given(st.text(min_size=1, max_size=8), st.binary(max_size=40))
def test_round_trip(name: str, payload: bytes) -> None:
    message = aws.encode(name, payload)
    assert list(aws.decode(message).items()) == [event(payload, 0, message, name)]


RECORDED = sorted((SHARED / "corpora" / "streams").glob("*.eventstream"))


@pytest.mark.skipif(not RECORDED, reason="no recorded streams beside the project")
def test_recorded_streams() -> None:
    rows = [json.loads(line) for line in (SHARED / "corpora" / "MANIFEST.jsonl").read_bytes().splitlines()]
    counts = {row["file"].removeprefix("streams/"): row.get("n_events") for row in rows}
    for path in RECORDED:
        events = aws.decode(path.read_bytes())
        assert len(events) == counts[path.name]
        assert not events.asides
        assert all(isinstance(json.loads(payload), dict) for payload in events.data)
