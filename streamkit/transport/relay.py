"""One exchange of the proxy: the request is passed on, and what comes back is recorded and passed on, in this order.

Bytes go through as they came, head and chunk borders too; what is parsed are copies. What goes wrong with the client is no
matter of the recording's, which tells of the upstream.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from streamkit.transport._heads import END, MAX_HEAD, Malformed, ResponseHead, parse_response
from streamkit.transport.client import Listener, Settings
from streamkit.transport.connection import Connection, Incoming, error_body, reason
from streamkit.transport.framing import Endless, Framing, response_framing
from streamkit.transport.kernel_clock import ArrivalClock
from streamkit.transport.upstream import CannotConnect, Origin, Pool, Upstream

# Methods that may be asked twice (RFC 9110, section 9.2.2): where a connection that was used again ends before an answer.
_IDEMPOTENT = frozenset(("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"))
_SAYS = "the upstream did not answer"


class ProxyListener(Listener, Protocol):
    """Hears of one exchange, as any listener does, and when the client left before its end."""

    def frames(self, frames: list[bytes], at: int) -> None:
        """These frames of the body have come, in one read."""
        ...

    def left(self, at: int) -> None:
        """The client has gone; `at` in nanoseconds like all times of the exchange."""
        ...


class Relay:
    """Passes one request on and its answer back. `request_head` makes the head of the request, with the whole URL in its first
    line where it is told to.

    `over` is called once, when the exchange has ended.
    """

    def __init__(
        self,
        pool: Pool,
        origin: Origin,
        connection: Connection,
        request: Incoming,
        *,
        request_head: Callable[[bool], bytes],
        listener: ProxyListener,
        settings: Settings,
        stop_with_client: bool,
        over: Callable[[Relay], None],
    ) -> None:
        self._pool, self._origin = pool, origin
        self._connection, self._request = connection, request
        self._request_head = request_head
        self._listener = listener
        self._settings = settings
        self._stop_with_client = stop_with_client
        self._over = over
        self._loop = asyncio.get_running_loop()
        self._clock = ArrivalClock()
        self._upstream: Upstream | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._connected_at: int | None = None
        self._sent_at: int | None = None
        self._started = False
        self._held = b""  # of a head that is not whole
        self._head: ResponseHead | None = None
        self._framing = Framing()
        self._gone = False
        self._ended = False
        self._heard_at = 0.0  # when the upstream last gave a sign of life
        self._limit: asyncio.TimerHandle | None = None
        self._silence: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Connect and send the request."""
        if self._settings.max_time is not None:
            self._limit = self._loop.call_later(self._settings.max_time, self._too_long)
        if self._settings.idle_timeout is not None:
            self._heard_at = self._loop.time()
            self._watch(self._settings.idle_timeout)
        upstream = self._pool.idle(self._origin)
        if upstream is not None:
            self._send(upstream)
        else:
            self._connecting = self._loop.create_task(self._connect())

    async def _connect(self) -> None:
        try:
            upstream = await self._pool.connect(self._origin)
        except CannotConnect as error:
            self._end("refused", str(error))
        except TimeoutError:
            self._end("timeout", f"cannot connect to {self._origin.authority}: it took too long")
        else:
            if self._ended:
                upstream.abort()
                return
            self._connected_at = self._clock.now()
            self._send(upstream)

    def _send(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._clock.socket = upstream.socket
        upstream.user = self
        sent_at = self._clock.sent()
        if upstream.send(self._request_head(upstream.absolute), self._request.raw):
            self._sent_at = sent_at
            self._begin()

    # --- the upstream's side

    def flushed(self) -> None:
        """The request is on its way."""
        if not self._started:
            self._sent_at = self._clock.sent()
            self._begin()

    def received(self, data: bytes) -> None:
        """Bytes of the answer have come."""
        at = self._clock.arrived()
        if self._settings.idle_timeout is not None:
            self._heard_at = self._loop.time()
        if self._connection.upgraded:
            self._connection.write(data)
        elif self._head is None:
            self._receive_head(data, at)
        else:
            self._receive_body(data, at)

    def ended(self, error: Exception | None) -> None:
        """The upstream's connection has ended."""
        upstream, self._upstream = self._upstream, None
        unheard = self._head is None and not self._held
        if upstream is not None and upstream.reused and unheard and self._request.head.method in _IDEMPOTENT:
            self._listener.note({"said": "the connection had gone when it was used again; the request is sent again"})
            self._connecting = self._loop.create_task(self._connect())
            return
        if self._head is not None:
            endless = isinstance(self._framing, Endless) and error is None
            frames, raw = self._framing.close()
            self._pass_on(frames, raw, self._clock.now())
            if endless:
                self._end("eof", None)
                return
        if error is not None:
            self._end("reset", "connection reset by peer" if isinstance(error, ConnectionError) else str(error))
        elif unheard:
            self._end("reset", "the connection was closed before an answer came")
        elif self._head is None:
            self._end("protocol_error", "the connection was closed within the head of the answer")
        else:
            self._end("reset", "the connection was closed before the body was complete")

    def _begin(self) -> None:
        if not self._started:
            self._started = True
            self._listener.start(self._connected_at, self._sent_at, self._clock.name)

    def _receive_head(self, data: bytes, at: int) -> None:
        data = self._held + data
        stop = data.find(END)
        if stop < 0:
            self._held = data
            if len(data) > MAX_HEAD or not b"HTTP/1.".startswith(data[:7]):
                self._end("protocol_error", "the answer does not begin as one of HTTP/1 does")
            return
        raw, rest = data[: stop + len(END)], data[stop + len(END) :]
        self._held = b""
        try:
            head = parse_response(raw)
        except Malformed as error:
            self._end("protocol_error", str(error))
            return
        if head.status == 101:
            self._upgrade(head, at, rest)
        elif head.status < 200:  # an interim response; the answer is still to come
            self._connection.write(raw)
            if rest:
                self._receive_head(rest, at)
        else:
            self._begin()
            self._head = head
            self._framing = response_framing(head, self._request.head.method)
            self._listener.response(at, head.status, head.http, head.headers)
            self._receive_body(rest, at, head.raw)

    def _receive_body(self, data: bytes, at: int, before: bytes = b"") -> None:
        """Pass on what has come, `before` in front of it."""
        framing = self._framing
        frames, raw = framing.feed(data) if data else ([], b"")
        self._pass_on(frames, before + raw if before else raw, at)
        if framing.error is not None:
            self._end("protocol_error", framing.error)
        elif framing.ended:
            self._end("eof", None)

    def _pass_on(self, frames: list[bytes], raw: bytes, at: int) -> None:
        """Record, then send: what a client has seen is on the disk."""
        if frames:
            self._listener.frames(frames, at)
        if raw:
            self._connection.write(raw)

    def _upgrade(self, head: ResponseHead, at: int, rest: bytes) -> None:
        """From here on this is no HTTP: bytes go both ways as they come."""
        if not self._request.head.websocket:
            self._end("protocol_error", "the upstream switched protocols, which nobody asked for")
            return
        self._begin()
        self._head, self._framing = head, Endless()
        self._listener.response(at, head.status, head.http, head.headers)
        self._listener.note({"said": "upgraded to a WebSocket: what it carries is passed on and not recorded"})
        self._connection.write(head.raw + rest)
        self._connection.upgrade()

    # --- the client's side

    def client_left(self) -> None:
        """The client has gone; the upstream is read to its end all the same, unless we are told to stop."""
        if self._ended or self._gone:
            return
        self._gone = True
        self._listener.left(self._clock.now())
        if self._connection.upgraded:
            self._end("eof", None)
        elif self._stop_with_client:
            self._end("client_abort", None)
        else:
            self.client_full(False)

    def client_full(self, full: bool) -> None:
        """The upstream waits for a client that reads more slowly than it sends."""
        if self._upstream is not None and not self._upstream.lost:
            transport = self._upstream.transport
            (transport.pause_reading if full else transport.resume_reading)()

    def client_sent(self, data: bytes) -> None:
        """Bytes of a WebSocket, from the client."""
        if self._upstream is not None:
            transport = self._upstream.transport
            transport.write(data)
            if transport.get_write_buffer_size() > MAX_HEAD:
                self._connection.transport.pause_reading()
                self._loop.call_later(0.01, self._client_may_send)

    def _client_may_send(self) -> None:
        if self._upstream is not None and self._upstream.transport.get_write_buffer_size():
            self._loop.call_later(0.01, self._client_may_send)
        elif not self._connection.gone:
            self._connection.transport.resume_reading()

    # --- the end

    def interrupt(self) -> None:
        """We are told to end."""
        self._end("client_abort" if self._gone else "interrupted", None)

    def _watch(self, limit: float) -> None:
        """End what has been silent for so long; else come back when it could have been."""
        left = self._heard_at + limit - self._loop.time()
        if left <= 0:
            self._end("idle_timeout", "nothing came for too long")
        elif not self._ended:
            self._silence = self._loop.call_later(left, self._watch, limit)

    def _too_long(self) -> None:
        self._end("timeout", "it took too long")

    def _end(self, why: str, error: str | None) -> None:
        if self._ended:
            return
        self._ended = True
        for timer in (self._limit, self._silence):
            if timer is not None:
                timer.cancel()
        self._let_go(why)
        self._begin()
        self._listener.end(self._clock.now(), why, error)
        if not self._gone:
            self._end_client(why, error)
        self._over(self)

    def _let_go(self, why: str) -> None:
        """Leave the upstream's connection to the next request, or end it."""
        if self._connecting is not None and why != "refused":
            self._connecting.cancel()
        upstream, self._upstream = self._upstream, None
        if upstream is None:
            return
        whole = (
            why == "eof" and self._framing.ended and not self._framing.excess and not isinstance(self._framing, Endless)
        )
        if (
            whole
            and self._head is not None
            and self._head.keep_alive
            and not upstream.transport.get_write_buffer_size()
        ):
            self._pool.release(upstream)
        else:
            upstream.abort()

    def _end_client(self, why: str, error: str | None) -> None:
        """End the client's side as the upstream's side ended; before a head has come, tell what happened."""
        connection, head = self._connection, self._head
        if head is None:
            if why == "interrupted":
                connection.close()
                return
            connection.write(_error(504 if why in ("timeout", "idle_timeout") else 502, why, error))
            connection.done(reuse=False)
        elif why == "eof" and not isinstance(self._framing, Endless):
            connection.done(reuse=self._request.head.keep_alive and head.keep_alive)
        elif why == "reset":
            connection.reset_when_flushed()
        else:
            connection.done(reuse=False)


def _error(status: int, why: str, error: str | None) -> bytes:
    """An answer of our own where the upstream gave none. A connection that was reset may be asked again."""
    body = error_body(f"{_SAYS} ({why}): {error or 'no reason given'}")
    again = "" if why == "reset" else "X-Should-Retry: false\r\n"
    head = f"HTTP/1.1 {status} {reason(status)}\r\nContent-Type: application/json\r\n{again}"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
