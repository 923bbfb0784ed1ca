"""WebSocket (RFC 6455): frames of the protocol to messages and back, and recorded messages as events.

`MessageDecoder` reads what one side of a connection sends. Extensions are not decoded: whoever relays a handshake removes the
offer of permessage-deflate. In a recording every message is one frame, so a body's events are its frames.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from streamkit.frozen import dataclass
from streamkit.wire.values import Events, Item

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA

LIMIT = 64 * 1024 * 1024
"""Maximum size of a message in bytes that a decoder keeps by default."""

PIECE = 1 << 20
"""Recorders split longer data into several frames; a frame of this size is continued by the next one."""

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # section 1.3
_LONGEST_CONTROL = 125  # section 5.5


class ProtocolError(Exception):
    """Bytes that RFC 6455 does not allow, or a message over the limit; nothing after them can be read."""


@dataclass(frozen=True, slots=True)
class WebSocketMessage:
    """A message: TEXT or BINARY, complete, or one of the control frames CLOSE, PING and PONG."""

    opcode: int
    data: bytes


class MessageDecoder:
    """Decodes the frames of one direction, fed in any pieces. A message of more than `limit` bytes is a ProtocolError."""

    __slots__ = ("_buffer", "_limit", "_opcode", "_pieces", "_size", "_wanted")

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._wanted = 2  # bytes without which the next frame cannot be decoded
        self._opcode = CONTINUATION  # of the message whose fragments are in `_pieces`
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[WebSocketMessage]:
        """Return the messages that these bytes complete. Raises ProtocolError; the decoder is of no use afterwards."""
        self._buffer += data
        messages = []
        while len(self._buffer) >= self._wanted:
            head = self._head()
            if head is None:
                continue
            first, start, size, mask = head
            payload = bytes(memoryview(self._buffer)[start : start + size])
            del self._buffer[: start + size]
            self._wanted = 2
            message = self._take(first, _unmasked(payload, mask) if mask else payload)
            if message is not None:
                messages.append(message)
        return messages

    @property
    def unfinished(self) -> bool:
        """Whether the bytes so far end within a frame or a fragmented message."""
        return bool(self._buffer or self._pieces)

    def _head(self) -> tuple[int, int, int, bytes] | None:
        """Return the first byte of the next frame, the place and size of its payload, and its mask.

        None if more bytes are needed: `_wanted` then says how many (section 5.2).
        """
        first, second = self._buffer[0], self._buffer[1]
        extended = {126: 2, 127: 8}.get(second & 0x7F, 0)
        start = 2 + extended + (4 if second & 0x80 else 0)
        if len(self._buffer) < start:
            self._wanted = start
            return None
        size = int.from_bytes(self._buffer[2 : 2 + extended], "big") if extended else second & 0x7F
        if first & 0x70:
            raise ProtocolError("a frame with a reserved bit, of an extension that was not negotiated")
        if size + self._size > self._limit:
            raise ProtocolError(f"a message of more than {self._limit >> 20} MiB")
        if len(self._buffer) < start + size:
            self._wanted = start + size
            return None
        return first, start, size, bytes(self._buffer[start - 4 : start]) if second & 0x80 else b""

    def _take(self, first: int, payload: bytes) -> WebSocketMessage | None:
        """Take a frame; return the message that it completes (sections 5.4 and 5.5)."""
        opcode, final = first & 0x0F, bool(first & 0x80)
        if opcode in (CLOSE, PING, PONG):
            if not final or len(payload) > _LONGEST_CONTROL:
                raise ProtocolError("a control frame that is fragmented or too long")
            return WebSocketMessage(opcode, payload)
        if opcode not in (CONTINUATION, TEXT, BINARY):
            raise ProtocolError(f"a frame with the unknown opcode {opcode}")
        begun = self._opcode != CONTINUATION
        if begun != (opcode == CONTINUATION):
            raise ProtocolError("a new message within a fragmented one" if begun else "a continuation of no message")
        self._opcode = self._opcode or opcode
        self._pieces.append(payload)
        self._size += len(payload)
        if not final:
            return None
        message = WebSocketMessage(self._opcode, b"".join(self._pieces))
        self._opcode, self._pieces, self._size = CONTINUATION, [], 0
        return message


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    """Return a payload with or without its mask: the operation is its own inverse (section 5.3)."""
    repeated = mask * (len(payload) // 4 + 1)
    number = int.from_bytes(payload, "big") ^ int.from_bytes(repeated[: len(payload)], "big")
    return number.to_bytes(len(payload), "big")


def encode(opcode: int, data: bytes, mask: bytes = b"") -> bytes:
    """Return an unfragmented frame; a client's has a mask of four bytes."""
    size = len(data)
    marked = 0x80 if mask else 0
    if size <= _LONGEST_CONTROL:
        length = bytes((marked | size,))
    elif size < 1 << 16:
        length = bytes((marked | 126,)) + size.to_bytes(2, "big")
    else:
        length = bytes((marked | 127,)) + size.to_bytes(8, "big")
    return bytes((0x80 | opcode,)) + length + mask + (_unmasked(data, mask) if mask else data)


def accept(key: str) -> str:
    """Return the value of Sec-WebSocket-Accept for a client's Sec-WebSocket-Key (section 4.2.2)."""
    import base64
    import hashlib  # slow to import, and only a server needs it

    digest = hashlib.sha1(key.strip().encode("utf-8", "replace") + _GUID, usedforsecurity=False)
    return base64.b64encode(digest.digest()).decode()


def close_code(data: bytes) -> tuple[int | None, str]:
    """Return the status code and the reason of a close frame; None and "" if it has none (section 5.5.1)."""
    return (int.from_bytes(data[:2], "big"), data[2:].decode("utf-8", "replace")) if len(data) >= 2 else (None, "")


class Decoder:
    """Decodes a recorded body: each feed is a frame of the recording, and each frame a message."""

    __slots__ = ("_end", "_pieces", "_start")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._start = self._end = 0

    def feed(self, data: bytes) -> list[Item]:
        """Return the event that this frame completes."""
        return list(self.feed_columns(data).items())

    def feed_columns(self, data: bytes) -> Events:
        """Return the same in columns."""
        self._pieces.append(data)
        self._end += len(data)
        return Events(data=[], starts=[], ends=[]) if len(data) == PIECE else self._message()

    def close(self) -> list[Item]:
        """Return the message that the last frame should have continued."""
        return list(self._message().items())

    def _message(self) -> Events:
        data, self._pieces = b"".join(self._pieces), []
        start, self._start = self._start, self._end
        return Events(data=[data], starts=[start], ends=[self._end]) if data else Events(data=[], starts=[], ends=[])


def decode_frames(frames: Iterable[bytes]) -> Events:
    """Decode the frames of a recorded body, in columns."""
    data: list[bytes] = []
    pieces: list[bytes] = []
    for frame in frames:
        pieces.append(frame)
        if len(frame) != PIECE:
            data.append(b"".join(pieces) if len(pieces) > 1 else frame)
            pieces = []
    if pieces:
        data.append(b"".join(pieces))
    data = [message for message in data if message]
    ends = list(accumulate(map(len, data)))
    return Events(data=data, starts=[0, *ends[:-1]] if ends else [], ends=ends)


def decode(body: bytes) -> Events:
    """Decode a body whose frames are not known: as a single message."""
    return decode_frames([body])
