"""Decode application/vnd.amazon.eventstream, the framing of Amazon Bedrock: binary messages with checksums.

A message is, in network byte order: its total length (4 bytes), the length of its headers (4), the CRC-32 of these
eight bytes (4), the headers, the payload, the CRC-32 of all before (4). Each message is an event: `data` the payload,
`name` its `:event-type`, or its `:exception-type` or `:error-code`, depending on `:message-type`.

Never raises on content. A message with a wrong message checksum is `Ignored` ("bad-checksum") as a whole, and reading continues
after it. If the prelude is wrong, its lengths are unreliable: bytes are `Ignored` ("bad-checksum" if the prelude's CRC is
wrong, "bad-length" if its lengths are impossible) up to the next valid prelude.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from uuid import UUID
from zlib import crc32

from streamkit.wire.columns import ColumnDecoder, Rubbish
from streamkit.wire.values import Events, Ignored, Tail

_PRELUDE = struct.Struct("!III")
_CRC = struct.Struct("!I")
_LEAST = _PRELUDE.size + _CRC.size
_MOST = 24 * 1024 * 1024
"""Maximum size of a message in bytes, that of Amazon's own decoders; a longer one is not plausible."""

HeaderValue = bool | int | bytes | str | UUID
_NUMBERS = {2: struct.Struct("!b"), 3: struct.Struct("!h"), 4: struct.Struct("!i"), 5: struct.Struct("!q")}
_TIMESTAMP = 8


class Decoder(ColumnDecoder):
    """Decodes an AWS event stream incrementally."""

    __slots__ = ("_needed", "_offset", "_pieces", "_rubbish", "_size")

    def __init__(self) -> None:
        super().__init__()
        self._rubbish: Rubbish | None = None  # while the offset of the next message is unknown
        self._offset = 0  # of the first pending byte
        self._pieces: list[bytes] = []
        self._size = 0  # of the pieces
        self._needed = _PRELUDE.size  # how many bytes must be pending before they are examined

    def _take(self, data: bytes) -> None:
        self._pieces.append(data)
        self._size += len(data)
        if self._size < self._needed:
            return  # joined only when complete: otherwise a long message in short reads would take quadratic time
        pending = b"".join(self._pieces)
        at = 0
        while len(pending) - at >= _PRELUDE.size:
            fault = _fault(pending, at)
            if fault:
                at = self._resynchronise(pending, at, fault)
                continue
            if self._rubbish:
                self._rubbish.flush(self._columns)
                self._rubbish = None
            total = int.from_bytes(pending[at : at + 4], "big")
            self._needed = total
            if len(pending) - at < total:
                break
            self._message(pending[at : at + total], self._offset + at)
            at += total
        if len(pending) - at < _PRELUDE.size:
            self._needed = _PRELUDE.size
        self._offset += at
        self._pieces, self._size = [pending[at:]], len(pending) - at

    def _resynchronise(self, pending: bytes, at: int, fault: str) -> int:
        """Skip to the next offset with a prelude that is valid, or may be valid once more bytes arrive."""
        index = at + 1
        # The first byte of a plausible length is 0 or 1, so most offsets are skipped by a fast search.
        while index <= len(pending) - _PRELUDE.size and (pending[index] > 1 or _fault(pending, index)):
            index += 1
        if self._rubbish is None:
            self._rubbish = Rubbish(fault)
        self._rubbish.add(pending[at:index], self._offset + at, self._columns)
        return index

    def _message(self, message: bytes, start: int) -> None:
        end = start + len(message)
        body = message[: -_CRC.size]
        if crc32(body) != _CRC.unpack_from(message, len(body))[0]:
            self._columns.aside(Ignored(message, "bad-checksum", start, end))
            return
        payload_at = _PRELUDE.size + int.from_bytes(message[4:8], "big")
        name = _name(headers_of(body[_PRELUDE.size : payload_at]))
        self._columns.add(body[payload_at:], start, end, name)

    def _finish(self) -> None:
        pending = b"".join(self._pieces)
        end = self._offset + len(pending)
        if self._rubbish:
            self._rubbish.add(pending, self._offset, self._columns)
            self._rubbish.flush(self._columns)
        elif pending:
            self._columns.aside(Tail(pending, self._offset, end))
        self._pieces, self._size, self._rubbish = [], 0, None


def decode(body: bytes) -> Events:
    """Decode a complete body: the items of a `Decoder`, in columns."""
    return Decoder().whole(body)


def recognises(head: bytes) -> bool:
    """Return whether these first bytes begin with a prelude whose checksum is correct."""
    return len(head) >= _PRELUDE.size and _fault(head, 0) is None


def encode(
    name: str, payload: bytes, headers: Mapping[str, HeaderValue] | None = None, message_type: str = "event"
) -> bytes:
    """Encode a message. `message_type` is `event`, `exception` or `error` and determines which header contains `name`."""
    named: dict[str, HeaderValue] = {":message-type": message_type, _NAME_HEADER[message_type]: name, **(headers or {})}
    block = b"".join(_header(key, value) for key, value in named.items())
    total = _LEAST + len(block) + len(payload)
    lengths = struct.pack("!II", total, len(block))
    message = lengths + _CRC.pack(crc32(lengths)) + block + payload
    return message + _CRC.pack(crc32(message))


_NAME_HEADER = {"event": ":event-type", "exception": ":exception-type", "error": ":error-code"}


def _name(headers: Mapping[str, HeaderValue]) -> str:
    """Return the event type of a message with these headers."""
    wanted = _NAME_HEADER.get(str(headers.get(":message-type")), ":event-type")
    name = headers.get(wanted)
    return name if isinstance(name, str) and name else "message"


def _fault(data: bytes, at: int) -> str | None:
    """Return what is wrong with the prelude at this offset, or None."""
    total, headers, crc = _PRELUDE.unpack_from(data, at)
    if crc32(data[at : at + 8]) != crc:
        return "bad-checksum"
    if not _LEAST <= total <= _MOST or headers > total - _LEAST:
        return "bad-length"
    return None


def headers_of(block: bytes) -> dict[str, HeaderValue]:
    """Return the headers in a header block, as far as it is well formed. A timestamp is an integer, ms since the epoch."""
    headers: dict[str, HeaderValue] = {}
    at = 0
    while at < len(block):
        name_end = at + 1 + block[at]
        if name_end >= len(block):
            break
        read = _value(block[name_end], block, name_end + 1)
        if read is None:
            break
        headers[block[at + 1 : name_end].decode("utf-8", "replace")], at = read
    return headers


def _value(kind: int, block: bytes, at: int) -> tuple[HeaderValue, int] | None:
    """Return the value of type `kind` at this offset, and the offset after it; None if it is not well formed."""
    if kind in (0, 1):
        return kind == 0, at
    size = {2: 1, 3: 2, 4: 4, 5: 8, _TIMESTAMP: 8, 9: 16}.get(kind)
    if size is None:
        if kind not in (6, 7) or len(block) < at + 2:
            return None
        size, at = int.from_bytes(block[at : at + 2], "big"), at + 2
    raw = block[at : at + size]
    if len(raw) < size:
        return None
    if kind == 6:
        return raw, at + size
    if kind == 7:
        return raw.decode("utf-8", "replace"), at + size
    if kind == 9:
        return UUID(bytes=raw), at + size
    return int.from_bytes(raw, "big", signed=True), at + size


def _header(name: str, value: HeaderValue) -> bytes:
    """Encode a header. An integer gets the shortest type that can represent it."""
    key = name.encode()
    head = bytes((len(key),)) + key
    if isinstance(value, bool):
        return head + (b"\0" if value else b"\1")
    if isinstance(value, bytes):
        return head + b"\6" + struct.pack("!H", len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return head + b"\7" + struct.pack("!H", len(text)) + text
    if isinstance(value, UUID):
        return head + b"\x09" + value.bytes
    for kind, number in _NUMBERS.items():
        if -(1 << (8 * number.size - 1)) <= value < 1 << (8 * number.size - 1):
            return head + bytes((kind,)) + number.pack(value)
    raise ValueError(f"no header type holds this integer: {value}")
