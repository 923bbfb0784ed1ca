"""One client's connection: requests are read and judged one after another, and whoever answers writes straight to it.

Nothing that a client sends raises: what is no HTTP gets an answer that says so, and the connection ends.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

import orjson

from streamkit.model.exchange import Body, header
from streamkit.transport._heads import END, MAX_HEAD, Malformed, RequestHead, content_length, parse_request
from streamkit.transport.content_coding import CannotDecode, Decoder, TooLarge
from streamkit.transport.framing import Framing, Sized, request_framing
from streamkit.transport.guard import Refusal

# What a request may be: pictures and long documents travel in bodies.
MAX_BODY = 512 << 20
_MAX_DECODED = 64 << 20  # bytes that the copy of a coded body may have which is matched and recorded
_MAX_PIPELINED = 256 << 10  # bytes that are read ahead while a request is being answered
_READ = 1 << 16  # asyncio asks for 256 KiB, for which the allocator maps fresh memory each time
HIGH_WATER = 1 << 16  # bytes that wait for a client in our own process before who writes is made to wait

# Seconds: how long a head may take, how long a body may stand still, how long a connection may be idle, and how long a
# client is heard out whose request was refused.
HEAD_TIMEOUT, BODY_TIMEOUT, IDLE_TIMEOUT, LINGER = 30.0, 60.0, 75.0, 2.0

_FLUSH_POLLS, _FLUSH_POLL_S = 1000, 0.001


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request that has come whole: `target` without a token, `raw` the body as it came, `arrived` the time of its last
    bytes (seconds on the event loop's clock)."""

    head: RequestHead
    target: str
    raw: bytes
    body: bytes
    arrived: float

    def decoded(self) -> Body | None:
        """The body for who reads it: its content coding is taken off where that can be done."""
        if not self.body:
            return None
        coding = (header(self.head.headers, "content-encoding") or "identity").strip().lower()
        if coding != "identity" and (decoder := Decoder(coding, _MAX_DECODED)).known:
            try:
                return Body.of(decoder.feed(self.body))
            except (CannotDecode, TooLarge):
                pass
        return Body.of(self.body)


class Answering(Protocol):
    """Who answers a request, as its connection sees it."""

    def client_left(self) -> None:
        """The connection has ended before `Connection.done` was called."""
        ...

    def client_full(self, full: bool) -> None:
        """The client reads more slowly than is written; or it has caught up."""
        ...

    def client_sent(self, data: bytes) -> None:
        """Bytes of an upgraded connection."""
        ...


class Service(Protocol):
    """What a listening address does with requests."""

    name: str

    def admit(self, head: RequestHead) -> Refusal | str:
        """The target that is asked for, or why the request is refused; asked before its body is read."""
        ...

    def serve(self, connection: Connection, request: Incoming) -> None:
        """Answer a request: sets `connection.answering` at once, and calls `connection.done` when all is written."""
        ...


class Connection(asyncio.Protocol):
    """A client's connection. `answering` is who answers the request that is in hand."""

    def __init__(self, service: Service, open_: set[Connection]) -> None:
        self._service = service
        self._open = open_
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._searched = 0
        self._head: RequestHead | None = None
        self._target = ""
        self._framing = Framing()
        self._raw: list[bytes] = []
        self._frames: list[bytes] = []
        self._size = 0
        self._busy = False  # between a request that is whole and the end of its answer
        self._lingering = False
        self._paused = False
        self._full = False  # more waits for the client than it shall: no further request is taken up
        self._resets = 0
        self.answering: Answering | None = None
        self.upgraded = False
        self.gone = False
        self.arrived = 0.0
        self.deadline: float | None = None
        self.transport: asyncio.Transport

    # --- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.set_write_buffer_limits(HIGH_WATER)
        if hasattr(transport, "max_size"):
            setattr(transport, "max_size", _READ)  # noqa: B010 - asyncio's own attribute, which its types do not show
        self._open.add(self)
        self.deadline = self._loop.time() + IDLE_TIMEOUT

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        self.arrived = self._loop.time()
        if self.upgraded and self.answering is not None:
            self.answering.client_sent(data)
        elif not self._lingering:
            self._buffer = self._buffer + data if self._buffer else data
            if not self._busy and not self._full:
                self._advance()
            elif len(self._buffer) > _MAX_PIPELINED and not self._paused:
                self._paused = True
                self.transport.pause_reading()

    def connection_lost(self, error: Exception | None) -> None:
        """The connection has ended, from either side."""
        self.gone = True
        self._open.discard(self)
        self._buffer = b""
        if self.answering is not None:
            answering, self.answering = self.answering, None
            answering.client_left()

    def pause_writing(self) -> None:
        """More waits for the client than it shall."""
        self._full = True
        if self.answering is not None:
            self.answering.client_full(True)

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._full = False
        if self.answering is not None:
            self.answering.client_full(False)
        elif not self._busy:
            self._go_on()

    # --- requests

    def _advance(self) -> None:
        """Take what has come for a head, a body, or what is still missing of them."""
        if self._head is None:
            self._take_head()
        if self._head is not None and not self._busy:
            self._take_body(self._head)

    def _take_head(self) -> None:
        if self._buffer.startswith(b"\r\n"):  # an empty line before a request is passed over (RFC 9112, section 2.2)
            self._buffer = self._buffer.lstrip(b"\r\n")
        if not self._buffer:
            return
        if not self._searched:
            self.deadline = self.arrived + HEAD_TIMEOUT
        end = self._buffer.find(END, max(0, self._searched - len(END)))
        if end < 0 and not self._buffer[:1].isalpha():
            self.refuse(400, "this is not HTTP/1: a request begins with its method")
        elif max(end, len(self._buffer) if end < 0 else 0) > MAX_HEAD:
            self.refuse(431, f"the head of a request may have {MAX_HEAD >> 10} KiB")
        elif end < 0:
            self._searched = len(self._buffer)
        else:
            raw, self._buffer = self._buffer[: end + len(END)], self._buffer[end + len(END) :]
            self._searched = 0
            self._judge(raw)

    def _judge(self, raw: bytes) -> None:
        try:
            head = parse_request(raw)
        except Malformed as error:
            self.refuse(error.status, str(error))
            return
        target = self._service.admit(head)
        if isinstance(target, Refusal):
            self.refuse(target.status, target.message)
            return
        if (content_length(head.headers) or 0) > MAX_BODY:
            self.refuse(413, f"a body may have {MAX_BODY >> 20} MiB")
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
            self.refuse(400, framing.error)
        elif self._size > MAX_BODY:
            self.refuse(413, f"a body may have {MAX_BODY >> 20} MiB")
        elif framing.ended:
            self._buffer = framing.excess
            raw = b"".join(self._raw)
            body = raw if isinstance(framing, Sized) else b"".join(self._frames)
            self._raw, self._frames, self._size = [], [], 0
            self._answer(Incoming(head, self._target, raw, body, self.arrived))

    def _answer(self, request: Incoming) -> None:
        self._busy = True
        self.deadline = None
        try:
            self._service.serve(self, request)
        except Exception as error:
            self._loop.call_exception_handler({"message": "a request could not be answered", "exception": error})
            self.answering = None
            self.refuse(500, f"the request could not be answered: {type(error).__name__}")

    def done(self, *, reuse: bool) -> None:
        """The answer is written; `reuse` where its end is told and the client means to go on."""
        self.answering = None
        if self.gone:
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
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        if not self.gone and not self._busy and not self._full and self._buffer:
            self.arrived = self._loop.time()
            self._advance()

    def upgrade(self) -> None:
        """From here on the client's bytes go to who answers, as they come."""
        self.upgraded = True
        data, self._buffer = self._buffer, b""
        if data and self.answering is not None:
            self.answering.client_sent(data)

    def refuse(self, status: int, message: str) -> None:
        """Answer with an error of our own and end the connection, once the client has heard it."""
        self._busy = self._lingering = True
        self._buffer = b""
        body = error_body(f"streamkit {self._service.name}: {message}")
        self.write(
            f"HTTP/1.1 {status} {reason(status)}\r\nContent-Type: application/json\r\nX-Should-Retry: false\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
            + body
        )
        # Closing while the client still sends would reset the connection, and the client would not see why.
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        self.deadline = self._loop.time() + LINGER

    # --- writing

    @property
    def pending(self) -> int:
        """Bytes that were written and that the system has not taken yet."""
        return self.transport.get_write_buffer_size()

    def write(self, data: bytes) -> None:
        """Send these bytes in one write; nothing where the client has gone."""
        if not self.gone:
            self.transport.write(data)

    def close(self) -> None:
        """Close the connection in order, once all that was written is sent."""
        self._busy = self._lingering = True
        self.transport.close()

    def reset(self) -> None:
        """Reset the connection: what the system has not sent yet is lost, and the client gets an RST."""
        plug = self.transport.get_extra_info("socket")
        if plug is not None and not self.gone:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def reset_when_flushed(self) -> None:
        """Reset once the client's system has all that was written, for a reset throws the rest away.

        A client that does not read is waited for a second and no longer.
        """
        self._resets += 1
        waiting = self.pending or unacknowledged(self.transport.get_extra_info("socket"))
        if self.gone or not waiting or self._resets > _FLUSH_POLLS:
            self.answering = None
            self.reset()
        else:
            self._loop.call_later(_FLUSH_POLL_S, self.reset_when_flushed)

    def expire(self, now: float) -> None:
        """End a connection that has taken too long over a head or a body, or has been idle."""
        if self.deadline is None or now < self.deadline:
            return
        if self._lingering:
            self.transport.abort()
        elif self._buffer or self._head is not None:
            self.refuse(408, "the request did not come in time")
        else:
            self.close()


def error_body(message: str, kind: str = "proxy_error") -> bytes:
    """An error of our own, in the words of OpenAI and Anthropic at once."""
    error = {"type": kind, "message": message, "code": "streamkit", "param": None}
    return orjson.dumps({"type": "error", "error": error})


def unacknowledged(plug: socket.socket | None) -> int:
    """Bytes that the other side's system has not confirmed; 0 where ours does not tell (it is Linux that does)."""
    if plug is None or sys.platform != "linux":
        return 0
    import fcntl
    import termios

    counted = fcntl.ioctl(plug.fileno(), termios.TIOCOUTQ, bytes(4)) if plug.fileno() >= 0 else bytes(4)
    return int.from_bytes(counted, sys.byteorder)


def reason(status: int) -> str:
    """The reason phrase of a status; empty where it has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
