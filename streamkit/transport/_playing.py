"""Carries steps out on one connection: head, writes, and every way in which a body can end."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Sequence
from http import HTTPStatus

from aiohttp import web

from streamkit.model.exchange import Headers, header
from streamkit.model.step import Finish, HalfChunk, Hang, Head, Last, Reset, Step, Write
from streamkit.transport.deadlines import Deadlines

# Headers that speak of one connection and not of the message (RFC 9110, section 7.6.1), and those that speak of a coding
# which a recording's frames no longer have.
HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer",
     "transfer-encoding", "upgrade")
)  # fmt: skip
_OF_A_CODING = frozenset(("content-encoding", "content-length"))
_FORBIDDEN = frozenset("\r\n\0")
_NO_BODY = (204, 304)

# Above this many bytes waiting in our own process, the player waits for the client.
_HIGH_WATER = 1 << 16
_NANOSECOND = 1e-9
_FLUSH_POLLS, _FLUSH_POLL_S = 1000, 0.001


class Played(web.StreamResponse):
    """A response that is on the wire already: nothing is left for aiohttp to send."""

    def __init__(self, *, reuse: bool) -> None:
        super().__init__()
        self._reuse = reuse

    @property
    def keep_alive(self) -> bool:
        """Whether the connection can take another request."""
        return self._reuse

    async def prepare(self, request: web.BaseRequest) -> None:
        """Do nothing: the head was sent."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: the body has ended."""


async def play(request: web.BaseRequest, steps: Sequence[Step], epoch: float) -> Played:
    """Carry out the steps, deadlines counted from `epoch` (seconds on the event loop's clock).

    Raises ConnectionError when the client has gone.
    """
    playing = _Playing(Connection(request), steps, epoch)
    playing.go_on()
    try:
        last = await playing.finished
    finally:
        playing.stopped = True
    if isinstance(last, Hang):
        await asyncio.get_running_loop().create_future()  # the handler is cancelled when the client leaves
    elif last is not None:
        if isinstance(last, Reset):
            await playing.connection.flushed()
        playing.connection.last(last)
    return Played(reuse=playing.connection.reusable)


class _Playing:
    """The steps of one answer while they are carried out: called at each deadline, without a task of its own."""

    __slots__ = ("_deadlines", "_draining", "_epoch", "_loop", "_next", "_steps", "connection", "finished", "stopped")

    def __init__(self, connection: Connection, steps: Sequence[Step], epoch: float) -> None:
        self.connection = connection
        self._steps = steps
        self._epoch = epoch
        self._loop = asyncio.get_running_loop()
        self._deadlines = Deadlines.running()
        self._next = 0
        self._draining: asyncio.Task[None] | None = None
        self.finished: asyncio.Future[Last | None] = self._loop.create_future()
        self.stopped = False

    def go_on(self) -> None:
        """Do every step that is due, and come back for the next."""
        if self.stopped:
            return
        try:
            self._do_what_is_due()
        except ConnectionError as error:
            self._end(error)

    def _do_what_is_due(self) -> None:
        steps, connection, now = self._steps, self.connection, self._loop.time()
        while self._next < len(steps):
            step = steps[self._next]
            deadline = self._epoch + step.at * _NANOSECOND
            if deadline > now:
                self._deadlines.at(deadline, self.go_on)
                return
            self._next += 1
            if isinstance(step, Write):
                connection.write(step.data)
                if connection.pending > _HIGH_WATER:
                    self._draining = self._loop.create_task(self._drain())
                    return
            elif isinstance(step, Head):
                kept = tuple((name, value) for name, value in step.headers if name.lower() not in _OF_A_CODING)
                connection.head(step.status, kept, length(step.headers, steps))
            else:
                self._end(step)
                return
        self._end(None)

    async def _drain(self) -> None:
        """Wait for a client that reads more slowly than we write."""
        try:
            await self.connection.drained()
        except ConnectionError as error:
            self._end(error)
        else:
            self.go_on()

    def _end(self, how: Last | ConnectionError | None) -> None:
        if not self.finished.done():
            if isinstance(how, ConnectionError):
                self.finished.set_exception(how)
            else:
                self.finished.set_result(how)


class Connection:
    """One answer on one connection, written straight to it."""

    def __init__(self, request: web.BaseRequest) -> None:
        transport = request.transport
        if transport is None:
            raise ConnectionResetError("the client has gone")
        self._transport = transport
        self._request = request
        self._old = request.version < (1, 1)
        self._chunked = False
        self._silent = False
        self.headed = False
        self.reusable = False

    @property
    def pending(self) -> int:
        """Bytes that were written and that the system has not taken yet."""
        return self._transport.get_write_buffer_size()

    def head(self, status: int, headers: Headers, length: int | None) -> None:
        """Send the status line and the headers, hop-by-hop ones aside. `length` None: the body is sent in chunks."""
        kept = [
            (name, value)
            for name, value in headers
            if name.lower() not in HOP_BY_HOP and not _FORBIDDEN & {*name, *value}
        ]
        self._silent = self._request.method == "HEAD" or status in _NO_BODY or 100 <= status < 200
        if not self._silent:
            kept = [(name, value) for name, value in kept if name.lower() != "content-length"]
            if length is not None:
                kept.append(("Content-Length", str(length)))
            elif not self._old:
                self._chunked = True
                kept.append(("Transfer-Encoding", "chunked"))
        if not self._request.keep_alive or self._old:
            kept.append(("Connection", "close"))
        lines = "".join(f"{name}: {value}\r\n" for name, value in kept)
        self.headed = True
        self._send(f"HTTP/1.1 {status} {_reason(status)}\r\n{lines}\r\n".encode("utf-8", "surrogateescape"))

    def write(self, data: bytes) -> None:
        """Send one piece of the body in one write. Raises ConnectionResetError when the client has gone."""
        if self._chunked:
            self._send(b"%x\r\n%b\r\n" % (len(data), data))
        elif not self._silent:
            self._send(data)

    async def drained(self) -> None:
        """Wait until less is waiting. Raises ConnectionError when the client has gone."""
        await self._request.writer.drain()

    async def flushed(self) -> None:
        """Wait until the client's system has all that was written, for a reset throws the rest away.

        A client that does not read is waited for a second and no longer.
        """
        if self.pending:
            self._transport.set_write_buffer_limits(0)
            await self.drained()
        for _ in range(_FLUSH_POLLS):
            if not _unacknowledged(self._transport.get_extra_info("socket")):
                return
            await asyncio.sleep(_FLUSH_POLL_S)

    def last(self, step: Last) -> None:
        """End the answer; `Hang` leaves it open."""
        if isinstance(step, Finish):
            if self._chunked:
                self._send(b"0\r\n\r\n")
            self.reusable = self.headed and self._request.keep_alive and not self._old
        elif isinstance(step, Reset):
            self.reset()
        elif not isinstance(step, Hang):
            if isinstance(step, HalfChunk):
                self._send(b"%x\r\n%b" % (step.size, step.data) if self._chunked else step.data)
            self.close()

    def close(self) -> None:
        """Close the connection in order, once all that was written is sent."""
        self._transport.close()

    def reset(self) -> None:
        """Reset the connection: what the system has not sent yet is lost, and the client gets an RST."""
        plug = self._transport.get_extra_info("socket")
        if plug is not None:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _send(self, data: bytes) -> None:
        if self._transport.is_closing():
            raise ConnectionResetError("the client has gone")
        self._transport.write(data)


def length(headers: Headers, steps: Sequence[Step]) -> int | None:
    """The body's length where the recorded head said one and it holds; a stream never has one."""
    if "event-stream" in (header(headers, "content-type") or ""):
        return None
    total = sum(len(step.data) for step in steps if isinstance(step, Write))
    finished = isinstance(steps[-1], Finish)
    if finished and total == 0:
        return 0
    message = header(headers, "content-length") or ""
    if not message.isdecimal() or header(headers, "content-encoding"):
        return None
    return int(message) if int(message) == total or (int(message) > total and not finished) else None


def _unacknowledged(plug: socket.socket | None) -> int:
    """Bytes that the other side's system has not confirmed; 0 where ours does not tell (it is Linux that does)."""
    if plug is None or sys.platform != "linux":
        return 0
    import fcntl
    import termios

    counted = fcntl.ioctl(plug.fileno(), termios.TIOCOUTQ, bytes(4)) if plug.fileno() >= 0 else bytes(4)
    return int.from_bytes(counted, sys.byteorder)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
