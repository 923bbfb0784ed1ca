"""Carries steps out on one connection: head, writes, and every way in which a body can end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from streamkit.model.exchange import Headers, header
from streamkit.model.step import Finish, HalfChunk, Hang, Head, Last, Reset, Step, Write
from streamkit.transport._heads import HOP_BY_HOP, RequestHead
from streamkit.transport.connection import Connection, Incoming, reason
from streamkit.transport.deadlines import Deadlines

# Headers that speak of a coding which a recording's frames no longer have.
_OF_A_CODING = frozenset(("content-encoding", "content-length"))
_FORBIDDEN = frozenset("\r\n\0")
_NO_BODY = (204, 304)
_NANOSECOND = 1e-9


class Playing:
    """The steps of one answer while they are carried out: called at each deadline, without a task of its own.

    Deadlines are counted from when the request had arrived.
    """

    __slots__ = ("_answer", "_connection", "_deadlines", "_epoch", "_full", "_loop", "_next", "_steps", "_stopped")

    def __init__(self, connection: Connection, request: Incoming, steps: Sequence[Step]) -> None:
        self._connection = connection
        self._answer = _Answer(connection, request.head)
        self._steps = steps
        self._epoch = request.arrived
        self._loop = asyncio.get_running_loop()
        self._deadlines = Deadlines.running()
        self._next = 0
        self._full = False
        self._stopped = False

    def start(self) -> None:
        """Do every step that is due, and come back for the next."""
        now = self._loop.time()
        deadline = self.due(now)
        if deadline is not None:
            self._deadlines.at(deadline, self.due)

    def due(self, now: float) -> float | None:
        """Do every step that is due; the deadline of the next, where there is one that can be waited for."""
        steps, answer, epoch = self._steps, self._answer, self._epoch
        while self._next < len(steps) and not self._stopped and not self._full:
            step = steps[self._next]
            deadline = epoch + step.at * _NANOSECOND
            if deadline > now:
                return deadline
            self._next += 1
            if isinstance(step, Write):
                answer.write(step.data)
            elif isinstance(step, Head):
                kept = tuple((name, value) for name, value in step.headers if name.lower() not in _OF_A_CODING)
                answer.head(step.status, kept, length(step.headers, steps))
            else:
                self._end(step)
                break
        return None

    def client_left(self) -> None:
        """Nobody is there to play to."""
        self._stopped = True

    def client_full(self, full: bool) -> None:
        """Wait for a client that reads more slowly than we write."""
        self._full = full
        if not full:
            self.start()

    def client_sent(self, data: bytes) -> None:
        """No connection is upgraded here."""

    def _end(self, step: Last) -> None:
        connection, answer = self._connection, self._answer
        if isinstance(step, Finish):
            answer.finish()
            connection.done(reuse=answer.reusable)
        elif isinstance(step, Reset):
            connection.reset_when_flushed()
        elif not isinstance(step, Hang):
            if isinstance(step, HalfChunk):
                answer.half_chunk(step)
            connection.done(reuse=False)


class _Answer:
    """One answer as it is written: its head, its pieces, its end."""

    __slots__ = ("_chunked", "_connection", "_head", "_silent", "_transport", "reusable")

    def __init__(self, connection: Connection, head: RequestHead) -> None:
        self._connection = connection
        self._transport = connection.transport
        self._head = head
        self._chunked = False
        self._silent = False
        self.reusable = False

    def head(self, status: int, headers: Headers, length: int | None) -> None:
        """Send the status line and the headers, hop-by-hop ones aside. `length` None: the body is sent in chunks."""
        kept = [
            (name, value)
            for name, value in headers
            if name.lower() not in HOP_BY_HOP and not _FORBIDDEN & {*name, *value}
        ]
        self._silent = self._head.method == "HEAD" or status in _NO_BODY or 100 <= status < 200
        if not self._silent:
            kept = [(name, value) for name, value in kept if name.lower() != "content-length"]
            if length is not None:
                kept.append(("Content-Length", str(length)))
            elif self._head.http == "1.1":
                self._chunked = True
                kept.append(("Transfer-Encoding", "chunked"))
        self.reusable = self._head.keep_alive
        if not self.reusable:
            kept.append(("Connection", "close"))
        lines = "".join(f"{name}: {value}\r\n" for name, value in kept)
        self._connection.write(f"HTTP/1.1 {status} {reason(status)}\r\n{lines}\r\n".encode("utf-8", "surrogateescape"))

    def write(self, data: bytes) -> None:
        """Send one piece of the body in one write."""
        if self._chunked:
            self._transport.write(b"%x\r\n%b\r\n" % (len(data), data))
        elif not self._silent:
            self._connection.write(data)

    def finish(self) -> None:
        """End the body as the protocol says."""
        if self._chunked:
            self._connection.write(b"0\r\n\r\n")

    def half_chunk(self, step: HalfChunk) -> None:
        """Announce more than is sent."""
        data = step.data
        self._connection.write(b"%x\r\n%b" % (step.size, data) if self._chunked else data)


def length(headers: Headers, steps: Sequence[Step]) -> int | None:
    """The body's length where the recorded head named one and it holds; a stream never has one."""
    if "event-stream" in (header(headers, "content-type") or ""):
        return None
    total = sum(len(step.data) for step in steps if isinstance(step, Write))
    finished = isinstance(steps[-1], Finish)
    if finished and total == 0:
        return 0
    announced = header(headers, "content-length") or ""
    if not announced.isdecimal() or header(headers, "content-encoding"):
        return None
    return int(announced) if int(announced) == total or (int(announced) > total and not finished) else None


def play(connection: Connection, request: Incoming, steps: Sequence[Step]) -> None:
    """Carry out the steps, as who answers this request."""
    playing = Playing(connection, request, steps)
    connection.answering = playing
    playing.start()
