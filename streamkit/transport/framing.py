"""Find the end of an HTTP/1 message body, and divide it into frames (RFC 9112, section 6.3).

Each framing takes the data of one read and returns the frames that it completes and the raw bytes that may be forwarded with
them. Invalid data from a peer does not raise: `error` says what is wrong.
"""

from __future__ import annotations

import re

from streamkit.model.exchange import Headers
from streamkit.model.limits import LARGEST_FRAME as LARGEST_FRAME
from streamkit.transport._heads import ResponseHead, content_length, tokens

_MAX_SIZE_LINE = 4 << 10
_MAX_TRAILERS = 64 << 10
# chunk-size and extensions (section 7.1); some servers pad the size with spaces
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n\0]*)?\r\n")
_SIZE_SO_FAR = re.compile(rb"(?:[0-9A-Fa-f]{1,15}(?:[ \t]*(?:;[^\r\n\0]*)?\r?)?)?")

Parsed = tuple[list[bytes], bytes]


class BodyFraming:
    """An empty body, and the base class of the other framings.

    `ended` is True once the body is complete, `excess` holds the bytes after it, `error` says why parsing has stopped.
    """

    ended = True
    error: str | None = None
    excess = b""

    def feed(self, data: bytes) -> Parsed:
        """Parse the data of one read; return the completed frames and the bytes that may be forwarded."""
        self.excess += data
        return [], b""

    def close(self) -> Parsed:
        """End the input; return what was held back for an incomplete frame."""
        return [], b""


class UntilClose(BodyFraming):
    """A body that ends with its connection."""

    ended = False

    def feed(self, data: bytes) -> Parsed:
        """Return the data as one frame."""
        return [data], data

    def close(self) -> Parsed:
        """End the body, which ends with its connection."""
        self.ended = True
        return [], b""


class FixedLength(BodyFraming):
    """A body with a known length in bytes."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.ended = length == 0

    def feed(self, data: bytes) -> Parsed:
        """Return the data, up to the end of the body, as one frame."""
        left = self._left
        if len(data) > left:
            self.excess += data[left:]
            data = data[:left]
        self._left = left - len(data)
        self.ended = not self._left
        return ([data] if data else []), data


class Chunked(BodyFraming):
    """A body in chunked coding: each chunk is a frame."""

    def __init__(self) -> None:
        self.ended = False
        self._held = b""  # the bytes of an incomplete chunk, including its size line
        self._left = 0  # bytes missing of a chunk that is too long to hold back
        self._separator = False  # whether the line end after such a chunk is missing
        self._between = True  # whether the next byte is the first of a chunk

    def feed(self, data: bytes) -> Parsed:
        """Return the chunks that are complete now. An incomplete chunk is held back, so that it is forwarded as one frame."""
        frames: list[bytes] = []
        at = 0
        while self._between and (match := _SIZE.match(data, at)):  # most reads are complete chunks
            start, size = match.end(), int(match[1], 16)
            stop = start + size
            if not 0 < size <= LARGEST_FRAME or not data.startswith(b"\r\n", stop):
                break
            frames.append(data[start:stop])
            at = stop + 2
            if at == len(data):
                return frames, data
        more, raw = self._feed(data[at:])
        return frames + more, data[:at] + raw

    def _feed(self, data: bytes) -> Parsed:
        if self._held:
            data, self._held = self._held + data, b""
        frames: list[bytes] = []
        at = 0
        while self.error is None and not self.ended and at < len(data):
            after = self._one(data, at, frames)
            if after == at:
                break
            at = after
        self._between = at == len(data) and not (self._left or self._separator or self.ended or self.error)
        if self.error is not None:
            return frames, data
        if self.ended:
            self.excess = data[at:]
        else:
            self._held = data[at:]
        return frames, data if at == len(data) else data[:at]

    def close(self) -> Parsed:
        """End the input; the part of an incomplete chunk is a shorter frame."""
        held, self._held = self._held, b""
        match = _SIZE.match(held)
        piece = held[match.end() :][: int(match[1], 16)] if match else b""
        return ([piece] if piece else []), held

    def _one(self, data: bytes, at: int, frames: list[bytes]) -> int:
        """Parse one element at offset `at`; return the offset of its end, or `at` if it is incomplete."""
        if self._left:
            return self._part(data, at, frames)
        if self._separator:
            return self._line_end(data, at)
        match = _SIZE.match(data, at)
        if match is None:
            if len(data) - at > _MAX_SIZE_LINE or not _SIZE_SO_FAR.fullmatch(data, at):
                self.error = "invalid chunk size"
            return at
        size, start = int(match[1], 16), match.end()
        if size == 0:
            return self._trailers(data, at, start)
        stop = start + size
        if size > LARGEST_FRAME:
            self._left, self._separator = size, True
            return self._part(data, start, frames)
        if len(data) >= stop + 2:
            frames.append(data[start:stop])
            if data[stop : stop + 2] != b"\r\n":
                self.error = "a chunk is longer than its size"
            return stop + 2
        return at

    def _part(self, data: bytes, at: int, frames: list[bytes]) -> int:
        part = data[at : at + self._left]
        if part:
            frames.append(part)
        self._left -= len(part)
        return at + len(part)

    def _line_end(self, data: bytes, at: int) -> int:
        if len(data) < at + 2:
            return at
        if data[at : at + 2] != b"\r\n":
            self.error = "a chunk is longer than its size"
        self._separator = False
        return at + 2

    def _trailers(self, data: bytes, at: int, start: int) -> int:
        stop = start if data.startswith(b"\r\n", start) else data.find(b"\r\n\r\n", start)
        if stop >= 0:
            self.ended = True
            return stop + (2 if stop == start else 4)
        if len(data) - start > _MAX_TRAILERS:
            self.error = "the trailers are too long"
        return at


def request_framing(headers: Headers) -> BodyFraming:
    """Return the framing of a request's body; llhttp has rejected ambiguous ones."""
    if tokens(headers, "transfer-encoding"):
        return Chunked()
    return FixedLength(content_length(headers) or 0)


def response_framing(head: ResponseHead, method: str) -> BodyFraming:
    """Return the framing of the body of a response to a request with this method."""
    if method == "HEAD" or head.status in (204, 304) or head.status < 200:
        return BodyFraming()
    codings = tokens(head.headers, "transfer-encoding")
    if codings:
        return Chunked() if codings[-1] == "chunked" else UntilClose()
    length = content_length(head.headers)
    return UntilClose() if length is None else FixedLength(length)
