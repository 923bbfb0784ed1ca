"""Play steps on a connection: a head, writes, and every way in which a body can end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from streamkit.model.exchange import Headers, header
from streamkit.model.step import Finish, HalfChunk, Hang, Head, Last, Receive, Reset, Step, Write
from streamkit.transport._heads import HOP_BY_HOP, RequestHead
from streamkit.transport.connection import Connection, Incoming, reason_phrase
from streamkit.transport.deadlines import Deadlines
from streamkit.transport.websocket_playback import WebSocketPlayback

# Headers that describe a content coding; recorded frames are stored decoded.
_CODING_HEADERS = frozenset(("content-encoding", "content-length"))
_FORBIDDEN = frozenset("\r\n\0")
_NO_BODY = (204, 304)
_NANOSECOND = 1e-9


class Playback:
    """Play the steps of one response. It is called at each deadline and needs no task.

    Deadlines are relative to the arrival of the request.
    """

    __slots__ = ("_blocked", "_connection", "_deadlines", "_epoch", "_loop", "_next", "_steps", "_stopped", "_writer")

    def __init__(self, connection: Connection, request: Incoming, steps: Sequence[Step]) -> None:
        self._connection = connection
        self._writer = _ResponseWriter(connection, request.head)
        self._steps = steps
        self._epoch = request.arrived
        self._loop = asyncio.get_running_loop()
        self._deadlines = Deadlines.running()
        self._next = 0
        self._blocked = False
        self._stopped = False

    def start(self) -> None:
        """Execute every step that is due, and schedule the next."""
        now = self._loop.time()
        deadline = self.due(now)
        if deadline is not None:
            self._deadlines.at(deadline, self.due)

    def due(self, now: float) -> float | None:
        """Execute every step that is due; return the deadline of the next, or None if there is nothing to schedule."""
        steps, writer, epoch = self._steps, self._writer, self._epoch
        transport = self._connection.transport
        while self._next < len(steps) and not self._stopped and not self._blocked:
            step = steps[self._next]
            deadline = epoch + step.at * _NANOSECOND
            if deadline > now:
                return deadline
            # A failed write is reported in the next iteration of the loop; until then, asyncio logs a warning for every further write.
            if transport.is_closing():
                break
            self._next += 1
            if isinstance(step, Write):
                writer.write(step.data)
            elif isinstance(step, Head):
                kept = tuple((name, value) for name, value in step.headers if name.lower() not in _CODING_HEADERS)
                writer.head(step.status, kept, length(step.headers, steps))
            elif not isinstance(step, Receive):  # which only a WebSocket has
                self._end(step)
                break
        return None

    def client_disconnected(self) -> None:
        """Stop, because the client has disconnected."""
        self._stopped = True

    def client_blocked(self, blocked: bool) -> None:
        """Pause while the client reads more slowly than we write."""
        self._blocked = blocked
        if not blocked:
            self.start()

    def client_data(self, data: bytes) -> None:
        """Ignore the data: connections are never upgraded during playback."""

    def _end(self, step: Last) -> None:
        connection, writer = self._connection, self._writer
        if isinstance(step, Finish):
            writer.finish()
            connection.done(reuse=writer.reusable)
        elif isinstance(step, Reset):
            connection.reset_when_flushed()
        elif not isinstance(step, Hang):
            if isinstance(step, HalfChunk):
                writer.half_chunk(step)
            connection.done(reuse=False)


class _ResponseWriter:
    """Write one response: its head, the pieces of its body, its end."""

    __slots__ = ("_chunked", "_connection", "_head", "_silent", "_transport", "reusable")

    def __init__(self, connection: Connection, head: RequestHead) -> None:
        self._connection = connection
        self._transport = connection.transport
        self._head = head
        self._chunked = False
        self._silent = False
        self.reusable = False

    def head(self, status: int, headers: Headers, length: int | None) -> None:
        """Send the status line and the headers, except hop-by-hop headers. If `length` is None, the body is sent in chunks."""
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
        self._connection.write(
            f"HTTP/1.1 {status} {reason_phrase(status)}\r\n{lines}\r\n".encode("utf-8", "surrogateescape")
        )

    def write(self, data: bytes) -> None:
        """Send one piece of the body with a single write."""
        if self._chunked:
            self._transport.write(b"%x\r\n%b\r\n" % (len(data), data))
        elif not self._silent:
            self._connection.write(data)

    def finish(self) -> None:
        """End the body as HTTP requires."""
        if self._chunked:
            self._connection.write(b"0\r\n\r\n")

    def half_chunk(self, step: HalfChunk) -> None:
        """Send a chunk that is shorter than its announced size."""
        data = step.data
        self._connection.write(b"%x\r\n%b" % (step.size, data) if self._chunked else data)


def length(headers: Headers, steps: Sequence[Step]) -> int | None:
    """Return the recorded Content-Length if it matches the steps, 0 for an empty body, otherwise None. A stream has none."""
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
    """Answer this request by playing the steps, over a WebSocket if they are those of one."""
    head = steps[0]
    playback: Playback | WebSocketPlayback
    if isinstance(head, Head) and head.status == 101:
        if not request.head.websocket:
            connection.reject(426, "the recording is of a WebSocket: connect with a WebSocket client")
            return
        playback = WebSocketPlayback(connection, request, head, steps[1:])
    else:
        playback = Playback(connection, request, steps)
    connection.responder = playback
    playback.start()
