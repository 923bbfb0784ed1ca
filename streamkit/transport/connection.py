"""One client's connection: read and check requests one after another; responders write to it directly.

Nothing that a client sends raises: invalid HTTP gets an error response, and the connection is closed.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol, cast

import orjson

from streamkit.frozen import dataclass
from streamkit.model.exchange import Body, header
from streamkit.model.limits import LARGEST_REQUEST_COPY
from streamkit.transport._heads import END, MAX_HEAD, Malformed, RequestHead, content_length, parse_request
from streamkit.transport.content_coding import CannotDecode, ContentDecoder, TooLarge
from streamkit.transport.framing import BodyFraming, FixedLength, request_framing
from streamkit.transport.guard import Rejection
from streamkit.transport.kernel_clock import StampedSocket, arrival, stamped_socket

_MAX_PIPELINED = 256 << 10  # bytes read ahead while a request is being answered
_READ = 1 << 16  # asyncio requests 256 KiB, for which the allocator maps new memory each time
HIGH_WATER = 1 << 16  # bytes in the write buffer above which the responder is blocked

# Seconds: for a complete head, between two reads of a body, for an idle connection, and for reading on after a request
# was rejected.
HEAD_TIMEOUT, BODY_TIMEOUT, IDLE_TIMEOUT, LINGER = 30.0, 60.0, 75.0, 2.0

_FLUSH_POLLS, _FLUSH_POLL_S = 1000, 0.001


@dataclass(frozen=True, slots=True)
class Incoming:
    """A complete request: `target` without the token, `raw` the body as received, `body` without its transfer coding.

    `arrived` is the time of its last bytes, in seconds on the event loop's clock.
    """

    head: RequestHead
    target: str
    raw: bytes
    body: bytes
    arrived: float

    def decoded(self) -> Body | None:
        """Return the body, without its content coding if that can be decoded.

        None for an empty body, and for one that is too large to be matched and recorded.
        """
        if not self.body or len(self.body) > LARGEST_REQUEST_COPY:
            return None
        coding = (header(self.head.headers, "content-encoding") or "identity").strip().lower()
        if coding != "identity" and (decoder := ContentDecoder(coding, LARGEST_REQUEST_COPY)).supported:
            try:
                return Body.of(decoder.feed(self.body))
            except (CannotDecode, TooLarge):
                pass
        return Body.of(self.body)


class Responder(Protocol):
    """The connection's interface to whatever answers a request."""

    def client_disconnected(self) -> None:
        """The connection was lost before `Connection.done` was called."""
        ...

    def client_blocked(self, blocked: bool) -> None:
        """The client reads more slowly than is written, or has caught up."""
        ...

    def client_data(self, data: bytes) -> None:
        """Bytes have arrived on an upgraded connection."""
        ...


class Service(Protocol):
    """Handles the requests of a listening address."""

    @property
    def name(self) -> str:
        """Its name in error messages."""
        ...

    @property
    def max_body(self) -> int:
        """The largest body of a request, in bytes."""
        ...

    def admit(self, head: RequestHead) -> Rejection | str:
        """Return the target of the request, or why it is rejected; called before the body is read."""
        ...

    def serve(self, connection: Connection, request: Incoming) -> None:
        """Answer a request: set `connection.responder` at once, and call `connection.done` when everything is written."""
        ...


class Connection(asyncio.Protocol):
    """A client's connection. `responder` answers the current request."""

    def __init__(self, service: Service, open_: set[Connection]) -> None:
        self._service = service
        self._open = open_
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._searched = 0
        self._head: RequestHead | None = None
        self._target = ""
        self._framing = BodyFraming()
        self._raw: list[bytes] = []
        self._frames: list[bytes] = []
        self._size = 0
        self._busy = False  # from a complete request to the end of its response
        self._lingering = False
        self._paused = False
        self._blocked = False  # the write buffer is above HIGH_WATER: no further request is started
        self._resets = 0
        self._socket: StampedSocket | None = None
        self._send: Callable[[bytes], int] | None = None  # the socket's own
        self._unsent = False  # whether asyncio may hold data that is to be sent first
        self.responder: Responder | None = None
        self.upgraded = False
        self.lost = False
        self.arrived = 0.0
        self.deadline: float | None = None
        self.transport: asyncio.Transport

    # --- asyncio callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self.transport = cast(
            "asyncio.Transport", transport
        )  # whose methods uvloop's transports have, but not the class
        self._socket = stamped_socket(transport)
        self._send = None if self._socket is None else self._socket.send
        self.transport.set_write_buffer_limits(HIGH_WATER)
        if hasattr(transport, "max_size"):
            setattr(transport, "max_size", _READ)  # noqa: B010 - asyncio's own attribute, which its types do not show
        self._open.add(self)
        self.deadline = self._loop.time() + IDLE_TIMEOUT

    def data_received(self, data: bytes) -> None:
        """Bytes have arrived."""
        self.arrived = arrival(self._socket, self._loop.time())
        if self.upgraded and self.responder is not None:
            self.responder.client_data(data)
        elif not self._lingering:
            self._buffer = self._buffer + data if self._buffer else data
            if not self._busy and not self._blocked:
                self._advance()
            elif len(self._buffer) > _MAX_PIPELINED and not self._paused:
                self._paused = True
                self.transport.pause_reading()

    def connection_lost(self, error: Exception | None) -> None:
        """The connection has ended, from either side."""
        self.lost = True
        self._open.discard(self)
        self._buffer = b""
        if self.responder is not None:
            responder, self.responder = self.responder, None
            responder.client_disconnected()

    def pause_writing(self) -> None:
        """The write buffer is full."""
        self._blocked = True
        if self.responder is not None:
            self.responder.client_blocked(True)

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._blocked = False
        if self.responder is not None:
            self.responder.client_blocked(False)
        elif not self._busy:
            self._resume()

    # --- requests

    def _advance(self) -> None:
        """Parse as much of the current head and body as has arrived."""
        if self._head is None:
            self._take_head()
        if self._head is not None and not self._busy:
            self._take_body(self._head)

    def _take_head(self) -> None:
        if self._buffer.startswith(b"\r\n"):  # an empty line before a request is ignored (RFC 9112, section 2.2)
            self._buffer = self._buffer.lstrip(b"\r\n")
        if self._buffer in (b"", b"\r"):
            return
        if not self._searched:
            self.deadline = self.arrived + HEAD_TIMEOUT
        end = self._buffer.find(END, max(0, self._searched - len(END)))
        if end < 0 and not self._buffer[:1].isalpha():
            self.reject(400, "invalid HTTP/1: a request begins with its method")
        elif max(end, len(self._buffer) if end < 0 else 0) > MAX_HEAD:
            self.reject(431, f"the head of the request is longer than {MAX_HEAD >> 10} KiB")
        elif end < 0:
            self._searched = len(self._buffer)
        else:
            raw, self._buffer = self._buffer[: end + len(END)], self._buffer[end + len(END) :]
            self._searched = 0
            self._handle_head(raw)

    def _handle_head(self, raw: bytes) -> None:
        try:
            head = parse_request(raw)
        except Malformed as error:
            self.reject(error.status, str(error))
            return
        target = self._service.admit(head)
        if isinstance(target, Rejection):
            self.reject(target.status, target.message)
            return
        if (content_length(head.headers) or 0) > self._service.max_body:
            self.reject(413, f"the body is larger than {self._service.max_body:,} bytes")
            return
        self._head, self._target = head, target
        self._framing = request_framing(head.headers)
        awaited = (header(head.headers, "expect") or "").lower() == "100-continue"
        if awaited and not self._framing.ended and not self._buffer:
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _take_body(self, head: RequestHead) -> None:
        data, self._buffer = self._buffer, b""
        framing = self._framing
        frames, passed = framing.feed(data)
        self._frames += frames
        self._raw.append(passed)
        self._size += len(passed)
        self.deadline = self.arrived + BODY_TIMEOUT
        if framing.error is not None:
            self.reject(400, framing.error)
        elif self._size > self._service.max_body:
            self.reject(413, f"the body is larger than {self._service.max_body:,} bytes")
        elif framing.ended:
            self._buffer = framing.excess
            raw = b"".join(self._raw)
            body = raw if isinstance(framing, FixedLength) else b"".join(self._frames)
            self._raw, self._frames, self._size = [], [], 0
            self._answer(Incoming(head, self._target, raw, body, self.arrived))

    def _answer(self, request: Incoming) -> None:
        self._busy = True
        self.deadline = None
        try:
            self._service.serve(self, request)
        except Exception as error:
            self._loop.call_exception_handler({"message": "a request could not be answered", "exception": error})
            self.responder = None
            self.reject(500, f"the request could not be answered: {type(error).__name__}")

    def done(self, *, reuse: bool) -> None:
        """Finish the response; with `reuse`, keep the connection open for the next request."""
        self.responder = None
        if self.lost:
            return
        self._head, self._busy = None, False
        if not reuse:
            self.close()
            return
        self.deadline = self._loop.time() + IDLE_TIMEOUT
        if self._paused:
            self._paused = False
            self.transport.resume_reading()
        if self._buffer:
            self._loop.call_soon(self._resume)

    def _resume(self) -> None:
        if not self.lost and not self._busy and not self._blocked and self._buffer:
            self.arrived = self._loop.time()
            self._advance()

    def upgrade(self) -> None:
        """Pass all further bytes of the client to the responder."""
        self.upgraded = True
        data, self._buffer = self._buffer, b""
        if data and self.responder is not None:
            self.responder.client_data(data)

    def reject(self, status: int, message: str) -> None:
        """Send an error response and close the connection once the client has had time to read it."""
        self._busy = self._lingering = True
        self._buffer = b""
        body = error_body(f"streamkit {self._service.name}: {message}")
        self.write(
            f"HTTP/1.1 {status} {reason_phrase(status)}\r\nContent-Type: application/json\r\nX-Should-Retry: false\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
            + body
        )
        # Closing while the client is still sending would reset the connection before the client reads the error.
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        self.deadline = self._loop.time() + LINGER

    # --- writing

    @property
    def pending(self) -> int:
        """Bytes written that the operating system has not accepted yet."""
        return self.transport.get_write_buffer_size()

    def write(self, data: bytes) -> None:
        """Send these bytes with a single write; do nothing if the connection is lost."""
        if not self.lost:
            self._unsent = True
            self.transport.write(data)

    def send(self, data: bytes) -> None:
        """Send these bytes like `write`, with fewer steps if nothing waits to be sent."""
        if self._send is not None and not self.lost and not (self._unsent and self.pending):
            try:
                sent = self._send(data)
            except OSError:  # the buffer of the system is full, or asyncio gets the same error
                sent = 0
            if sent == len(data):
                self._unsent = False
                return
            data = data[sent:]
        self.write(data)

    def close(self) -> None:
        """Close the connection once everything written has been sent."""
        self._busy = self._lingering = True
        self.transport.close()

    def reset(self) -> None:
        """Reset the connection: the client gets an RST, and unsent data is lost."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None and not self.lost:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def reset_when_flushed(self) -> None:
        """Reset once the client's system has acknowledged everything written, because a reset discards the rest.

        After one second the connection is reset regardless.
        """
        self._resets += 1
        waiting = self.pending or unacknowledged(self.transport.get_extra_info("socket"))
        if self.lost or not waiting or self._resets > _FLUSH_POLLS:
            self.responder = None
            self.reset()
        else:
            self._loop.call_later(_FLUSH_POLL_S, self.reset_when_flushed)

    def expire(self, now: float) -> None:
        """Close the connection if it has exceeded the time limit for a head, a body or being idle."""
        if self.deadline is None or now < self.deadline:
            return
        if self._lingering:
            self.transport.abort()
        elif self._buffer or self._head is not None:
            self.reject(408, "the request did not arrive in time")
        else:
            self.close()


def error_body(message: str, kind: str = "proxy_error") -> bytes:
    """Return a JSON error body that has the shape of both OpenAI's and Anthropic's errors."""
    error = {"type": kind, "message": message, "code": "streamkit", "param": None}
    return orjson.dumps({"type": "error", "error": error})


def unacknowledged(sock: socket.socket | None) -> int:
    """Return how many sent bytes the peer has not acknowledged; 0 on systems other than Linux, which do not report it."""
    if sock is None or sys.platform != "linux":
        return 0
    import fcntl
    import termios

    counted = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4)) if sock.fileno() >= 0 else bytes(4)
    return int.from_bytes(counted, sys.byteorder)


def reason_phrase(status: int) -> str:
    """Return the reason phrase of a status, or "" if it has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
