"""Where the body of an HTTP/1 message ends, and which of its bytes make a frame (RFC 9112, section 6.3).

Each framing takes what one read gave and returns the frames that it completes and the bytes, as they came, that may be
passed on with them. Nothing is raised for what a peer sends: `error` says what is wrong.
"""

from __future__ import annotations

import re

from streamkit.model.exchange import Headers
from streamkit.transport._heads import ResponseHead, content_length, tokens

MAX_FRAME = 1 << 20  # bytes; of a longer chunk, what one read gave is a frame
_MAX_SIZE_LINE = 4 << 10
_MAX_TRAILERS = 64 << 10
# chunk-size and extensions (section 7.1); some servers pad the size with spaces
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n\0]*)?\r\n")
_SIZE_SO_FAR = re.compile(rb"(?:[0-9A-Fa-f]{1,15}(?:[ \t]*(?:;[^\r\n\0]*)?\r?)?)?")

Passed = tuple[list[bytes], bytes]


class Framing:
    """A body of no bytes, and what all bodies have in common.

    `ended` once all of it has come; `excess` are bytes after it; `error` says why no more of it can be told.
    """

    ended = True
    error: str | None = None
    excess = b""

    def feed(self, data: bytes) -> Passed:
        """What one read gave: the frames that it completes, and the bytes that may be passed on."""
        self.excess += data
        return [], b""

    def close(self) -> Passed:
        """Nothing more will come: what was held back for a frame that never became whole."""
        return [], b""


class Endless(Framing):
    """A body that ends with its connection."""

    ended = False

    def feed(self, data: bytes) -> Passed:
        """All of it."""
        return [data], data

    def close(self) -> Passed:
        """The connection has ended, and with it the body."""
        self.ended = True
        return [], b""


class Sized(Framing):
    """A body of a length that was announced."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.ended = length == 0

    def feed(self, data: bytes) -> Passed:
        """What one read gave is a frame."""
        left = self._left
        if len(data) > left:
            self.excess += data[left:]
            data = data[:left]
        self._left = left - len(data)
        self.ended = not self._left
        return ([data] if data else []), data


class Chunked(Framing):
    """A body in chunks: each is a frame."""

    def __init__(self) -> None:
        self.ended = False
        self._held = b""  # the bytes of a chunk that is not whole, from its size line on
        self._left = 0  # bytes still to come of a chunk that is too long to be held
        self._separator = False  # whether the line end after such a chunk is still to come

    def feed(self, data: bytes) -> Passed:
        """The chunks that are whole now. A chunk that is not is held back, so that it is passed on as one frame."""
        if self._held:
            data, self._held = self._held + data, b""
        frames: list[bytes] = []
        at = 0
        while self.error is None and not self.ended and at < len(data):
            after = self._one(data, at, frames)
            if after == at:
                break
            at = after
        if self.error is not None:
            return frames, data
        if self.ended:
            self.excess = data[at:]
        else:
            self._held = data[at:]
        return frames, data if at == len(data) else data[:at]

    def close(self) -> Passed:
        """The beginning of a chunk whose end never came is a shorter frame."""
        held, self._held = self._held, b""
        match = _SIZE.match(held)
        piece = held[match.end() :][: int(match[1], 16)] if match else b""
        return ([piece] if piece else []), held

    def _one(self, data: bytes, at: int, frames: list[bytes]) -> int:
        """Take one thing off: where it ends, or `at` where it is not whole."""
        if self._left:
            return self._part(data, at, frames)
        if self._separator:
            return self._line_end(data, at)
        match = _SIZE.match(data, at)
        if match is None:
            if len(data) - at > _MAX_SIZE_LINE or not _SIZE_SO_FAR.fullmatch(data, at):
                self.error = "the size of a chunk cannot be read"
            return at
        size, start = int(match[1], 16), match.end()
        if size == 0:
            return self._trailers(data, at, start)
        stop = start + size
        if size > MAX_FRAME:
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


def request_framing(headers: Headers) -> Framing:
    """How the body of a request ends; llhttp has refused what is ambiguous."""
    if tokens(headers, "transfer-encoding"):
        return Chunked()
    return Sized(content_length(headers) or 0)


def response_framing(head: ResponseHead, method: str) -> Framing:
    """How the body of a response ends that answers a request of this method."""
    if method == "HEAD" or head.status in (204, 304) or head.status < 200:
        return Framing()
    codings = tokens(head.headers, "transfer-encoding")
    if codings:
        return Chunked() if codings[-1] == "chunked" else Endless()
    length = content_length(head.headers)
    return Endless() if length is None else Sized(length)
