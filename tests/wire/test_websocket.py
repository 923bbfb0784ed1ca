"""WebSocket frames, with the examples of RFC 6455, section 5.7, and with aiohttp's writer as a referee."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp.http_websocket import WebSocketWriter
from hypothesis import given
from hypothesis import strategies as st

from streamkit.model.limits import LARGEST_FRAME
from streamkit.wire import websocket
from streamkit.wire.values import Event
from streamkit.wire.websocket import BINARY, CLOSE, PING, PONG, TEXT, MessageDecoder, ProtocolError, WebSocketMessage
from tests.wire.feeding import assert_invariant, items_of, ways

EXAMPLES = {
    "a text": (b"\x81\x05Hello", [WebSocketMessage(TEXT, b"Hello")]),
    "a masked text": (b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", [WebSocketMessage(TEXT, b"Hello")]),
    "a fragmented text": (b"\x01\x03Hel\x80\x02lo", [WebSocketMessage(TEXT, b"Hello")]),
    "a ping within a fragmented text": (
        b"\x01\x03Hel\x89\x05Hello\x80\x02lo",
        [WebSocketMessage(PING, b"Hello"), WebSocketMessage(TEXT, b"Hello")],
    ),
    "a masked pong": (b"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", [WebSocketMessage(PONG, b"Hello")]),
    "256 bytes": (b"\x82\x7e\x01\x00" + bytes(256), [WebSocketMessage(BINARY, bytes(256))]),
    "64 KiB": (b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00" + bytes(65536), [WebSocketMessage(BINARY, bytes(65536))]),
    "an empty text": (b"\x81\x00", [WebSocketMessage(TEXT, b"")]),
    "a close with a status": (b"\x88\x06\x03\xf3oops", [WebSocketMessage(CLOSE, b"\x03\xf3oops")]),
    "nothing": (b"", []),
    "a cut frame": (b"\x81\x05Hel", []),
}


@pytest.mark.parametrize(("body", "expected"), EXAMPLES.values(), ids=EXAMPLES)
def test_messages(body: bytes, expected: list[WebSocketMessage]) -> None:
    for feeds in [[body], *(ways(body) if len(body) < 1000 else [[body[:9], body[9:]]])]:
        decoder = MessageDecoder()
        assert [message for feed in feeds for message in decoder.feed(feed)] == expected
        assert decoder.unfinished is (body == EXAMPLES["a cut frame"][0])


WRONG = {
    "a reserved bit": (b"\xc1\x00", "reserved bit"),
    "an unknown opcode": (b"\x83\x00", "opcode 3"),
    "a continuation of nothing": (b"\x80\x00", "continuation of no message"),
    "a text within a text": (b"\x01\x01a\x81\x01b", "within a fragmented one"),
    "a fragmented ping": (b"\x09\x00", "control frame"),
    "a long ping": (b"\x89\x7e\x00\x7e" + bytes(126), "control frame"),
    "a message over the limit": (b"\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", "more than 64 MiB"),
}


@pytest.mark.parametrize(("body", "message"), WRONG.values(), ids=WRONG)
def test_what_the_standard_does_not_allow(body: bytes, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        MessageDecoder().feed(body)


def test_fragments_count_together() -> None:
    decoder = MessageDecoder(limit=10)
    assert decoder.feed(b"\x01\x08aaaaaaaa") == []
    with pytest.raises(ProtocolError):
        decoder.feed(b"\x00\x03")


@given(st.lists(st.binary(max_size=300), max_size=5), st.sampled_from([b"", b"\x01\x02\xfe\xff"]), st.integers(1, 9))
def test_what_is_encoded_is_decoded(payloads: list[bytes], mask: bytes, size: int) -> None:
    body = b"".join(websocket.encode(BINARY, payload, mask) for payload in payloads)
    decoder = MessageDecoder()
    found = [message for at in range(0, len(body), size) for message in decoder.feed(body[at : at + size])]
    assert found == [WebSocketMessage(BINARY, payload) for payload in payloads]


class Transport(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def writelines(self, pieces: object) -> None:
        self.written += b"".join(pieces)  # type: ignore[call-overload]

    def is_closing(self) -> bool:
        return False


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 200_000])
@pytest.mark.parametrize("masked", [False, True])
def test_what_aiohttp_sends_is_decoded(size: int, masked: bool) -> None:
    async def sent(data: bytes) -> bytes:
        from aiohttp.base_protocol import BaseProtocol

        transport = Transport()
        protocol = BaseProtocol(asyncio.get_running_loop())
        writer = WebSocketWriter(protocol, transport, use_mask=masked)
        await writer.send_frame(data, 2)  # type: ignore[arg-type]
        return transport.written

    payload = bytes(range(256)) * 1000
    body = asyncio.run(sent(payload[:size]))
    assert MessageDecoder().feed(body) == [WebSocketMessage(BINARY, payload[:size])]
    if not masked:
        assert websocket.encode(BINARY, payload[:size]) == body


def test_the_answer_to_a_key_is_that_of_the_standard() -> None:
    assert websocket.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize(
    ("data", "expected"), [(b"", (None, "")), (b"\x03\xe8", (1000, "")), (b"\x03\xf3oops", (1011, "oops"))]
)
def test_close_code(data: bytes, expected: tuple[int | None, str]) -> None:
    assert websocket.close_code(data) == expected


def test_each_frame_of_a_recording_is_an_event() -> None:
    frames = [b'{"a":1}', b"\xff", b'{"b":']
    expected = [Event(b'{"a":1}', start=0, end=7), Event(b"\xff", start=7, end=8), Event(b'{"b":', start=8, end=13)]
    assert list(websocket.decode_frames(frames).items()) == expected == items_of(websocket.Decoder(), frames)


def test_a_frame_of_the_largest_size_is_continued() -> None:
    assert websocket.PIECE == LARGEST_FRAME
    whole = b"x" * LARGEST_FRAME
    frames = [b"a", whole, whole, b"b", whole]
    expected = [(0, 1), (1, 2 * LARGEST_FRAME + 2), (2 * LARGEST_FRAME + 2, 3 * LARGEST_FRAME + 2)]
    events = websocket.decode_frames(frames)
    assert list(zip(events.starts, events.ends, strict=True)) == expected
    assert list(events.items()) == items_of(websocket.Decoder(), frames)


def test_without_frames_a_body_is_one_message() -> None:
    assert list(websocket.decode(b'{"a":1}').items()) == [Event(b'{"a":1}', start=0, end=7)]
    assert assert_invariant(websocket.Decoder, websocket.decode, b"") == []
