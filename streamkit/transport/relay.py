"""One exchange of the proxy: forward the request; record the response, then forward it.

Bytes are forwarded unchanged, including heads and chunk boundaries; only copies are parsed. Problems of the client's
connection do not affect the recording, which describes the upstream.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from streamkit.transport._heads import END, MAX_HEAD, Malformed, ResponseHead, parse_response
from streamkit.transport.client import Listener, Settings
from streamkit.transport.connection import Connection, Incoming, error_body, reason_phrase
from streamkit.transport.framing import BodyFraming, UntilClose, response_framing
from streamkit.transport.kernel_clock import ArrivalClock
from streamkit.transport.upstream import CannotConnect, ConnectionPool, Upstream, UpstreamAddress
from streamkit.transport.websocket_tap import WebSocketTap

# Idempotent methods (RFC 9110, section 9.2.2), sent again if a reused connection ends before a response.
_IDEMPOTENT = frozenset(("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"))
_NO_RESPONSE = "the upstream did not answer"


class ProxyListener(Listener, Protocol):
    """A listener that also receives several frames at once, a WebSocket client's messages, and the client's disconnection."""

    def frames(self, frames: list[bytes], at: int) -> None:
        """These frames of the body have arrived in one read."""
        ...

    def sent(self, data: bytes, at: int) -> None:
        """The client of a WebSocket has sent this message."""
        ...

    def client_disconnected(self, at: int) -> None:
        """The client has disconnected; `at` is in nanoseconds like all times of the exchange."""
        ...


class Relay:
    """Forward one request and its response.

    `request_head` returns the head to send, with an absolute URL in the request line if its argument is True. `stopped_by`
    returns the name of the signal that has asked this process to stop, or None. `on_end` is called once, when the exchange
    has ended.
    """

    def __init__(
        self,
        pool: ConnectionPool,
        origin: UpstreamAddress,
        connection: Connection,
        request: Incoming,
        *,
        request_head: Callable[[bool], bytes],
        listener: ProxyListener,
        settings: Settings,
        stop_with_client: bool,
        stopped_by: Callable[[], str | None],
        on_end: Callable[[Relay], None],
    ) -> None:
        self._pool, self._origin = pool, origin
        self._connection, self._request = connection, request
        self._request_head = request_head
        self._listener = listener
        self._settings = settings
        self._stop_with_client = stop_with_client
        self._stopped_by = stopped_by
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._clock = ArrivalClock()
        self._upstream: Upstream | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._connected_at: int | None = None
        self._sent_at: int | None = None
        self._started = False
        self._held = b""  # the beginning of an incomplete head
        self._head: ResponseHead | None = None
        self._in_body = False  # whether what arrives belongs to the body
        self._framing = BodyFraming()
        self._tap: WebSocketTap | None = None
        self._client_lost = False
        self._ended = False
        self._last_activity = 0.0  # when the upstream last sent anything, on the loop's clock
        self._time_limit: asyncio.TimerHandle | None = None
        self._idle_timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Connect and send the request."""
        if self._settings.max_time is not None:
            self._time_limit = self._loop.call_later(self._settings.max_time, self._time_out)
        if self._settings.idle_timeout is not None:
            self._last_activity = self._loop.time()
            self._check_idle(self._settings.idle_timeout)
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
            self._end("timeout", f"cannot connect to {self._origin.authority}: the connection timed out")
        else:
            if self._ended:
                upstream.abort()
                return
            self._connected_at = self._clock.now()
            self._send(upstream)

    def _send(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._clock.socket = upstream.socket
        upstream.handler = self
        sent_at = self._clock.sent()
        if upstream.send(self._request_head(upstream.absolute), self._request.raw):
            self._sent_at = sent_at
            self._begin()

    # --- upstream callbacks

    def flushed(self) -> None:
        """The request has been sent completely."""
        if not self._started:
            self._sent_at = self._clock.sent()
            self._begin()

    def received(self, data: bytes) -> None:
        """Bytes of the response have arrived."""
        at = self._clock.arrived()
        if self._idle_timer is not None:
            self._last_activity = self._loop.time()
        if self._in_body:
            # Record, then send, so that whatever a client has received is on disk.
            framing = self._framing
            frames, raw = framing.feed(data)
            if frames:
                self._listener.frames(frames, at)
            if raw:
                self._connection.send(raw)
            if framing.ended or framing.error is not None:
                self._end_body(framing)
        elif self._tap is not None:
            self._tap.from_server(data, at)
            self._connection.write(data)
        else:
            self._receive_head(data, at)

    def ended(self, error: Exception | None) -> None:
        """The connection to the upstream has ended."""
        upstream, self._upstream = self._upstream, None
        no_response = self._head is None and not self._held
        if upstream is not None and upstream.reused and no_response and self._request.head.method in _IDEMPOTENT:
            self._listener.note(
                {"said": "the reused connection was closed before a response; the request is sent again"}
            )
            self._connecting = self._loop.create_task(self._connect())
            return
        if self._head is not None:
            endless = isinstance(self._framing, UntilClose) and error is None
            frames, raw = self._framing.close()
            if frames:
                self._listener.frames(frames, self._clock.now())
            self._connection.write(raw)
            if self._tap is not None:
                self._end("reset", "the connection was closed without a close frame")
                return
            if endless:
                self._end("eof", None)
                return
        if error is not None:
            self._end("reset", "connection reset by peer" if isinstance(error, ConnectionError) else str(error))
        elif no_response:
            self._end("reset", "the connection was closed before a response arrived")
        elif self._head is None:
            self._end("protocol_error", "the connection was closed within the head of the response")
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
                self._end("protocol_error", "the response is not HTTP/1")
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
        elif head.status < 200:  # an interim response; the final one follows
            self._connection.write(raw)
            if rest:
                self._receive_head(rest, at)
        else:
            self._begin()
            self._head = head
            self._framing = response_framing(head, self._request.head.method)
            self._listener.response(at, head.status, head.http, head.headers)
            self._in_body = True
            frames, raw = self._framing.feed(rest) if rest else ([], b"")
            if frames:
                self._listener.frames(frames, at)
            self._connection.write(head.raw + raw)
            self._end_body(self._framing)

    def _end_body(self, framing: BodyFraming) -> None:
        """End the exchange if its body has ended."""
        if framing.error is not None:
            self._end("protocol_error", framing.error)
        elif framing.ended:
            self._end("eof", None)

    def _upgrade(self, head: ResponseHead, at: int, rest: bytes) -> None:
        """Switch to a WebSocket: from here on, bytes are recorded as messages and forwarded unchanged in both directions."""
        if not self._request.head.websocket:
            self._end("protocol_error", "the upstream switched protocols without being asked")
            return
        self._begin()
        self._head, self._framing = head, UntilClose()
        self._listener.response(at, head.status, head.http, head.headers)
        self._tap = WebSocketTap(self._listener)
        if rest:
            self._tap.from_server(rest, at)
        self._connection.write(head.raw + rest)
        self._connection.upgrade()

    # --- client callbacks

    def client_disconnected(self) -> None:
        """The client has disconnected; the upstream is still read to the end unless `stop_with_client` is set."""
        if self._ended or self._client_lost:
            return
        self._client_lost = True
        self._listener.client_disconnected(self._clock.now())
        if self._tap is not None:
            self._end("client_abort", "the client left without a close frame")
        elif self._stop_with_client:
            self.interrupt()
        else:
            self.client_blocked(False)

    def client_blocked(self, blocked: bool) -> None:
        """Pause the upstream while the client reads more slowly than it sends."""
        if self._upstream is not None and not self._upstream.lost:
            (self._upstream.pause_reading if blocked else self._upstream.resume_reading)()

    def client_data(self, data: bytes) -> None:
        """Record and forward WebSocket data from the client."""
        if self._tap is not None:
            self._tap.from_client(data, self._clock.now())
        if self._upstream is not None:
            transport = self._upstream.transport
            transport.write(data)
            if transport.get_write_buffer_size() > MAX_HEAD:
                self._connection.transport.pause_reading()
                self._loop.call_later(0.01, self._resume_client)

    def _resume_client(self) -> None:
        if self._upstream is not None and self._upstream.transport.get_write_buffer_size():
            self._loop.call_later(0.01, self._resume_client)
        elif not self._connection.lost:
            self._connection.transport.resume_reading()

    # --- the end

    def interrupt(self) -> None:
        """End the exchange because the proxy is shutting down, or because the client has left."""
        signal = self._stopped_by()
        self._end("client_abort" if self._client_lost and signal is None else "interrupted", signal)

    def _check_idle(self, limit: float) -> None:
        """End the exchange if the upstream has been silent for `limit` seconds; otherwise check again when it could have been."""
        left = self._last_activity + limit - self._loop.time()
        if left <= 0:
            self._end("idle_timeout", "no data within the idle timeout")
        elif not self._ended:
            self._idle_timer = self._loop.call_later(left, self._check_idle, limit)

    def _time_out(self) -> None:
        self._end("timeout", "the time limit was exceeded")

    def _end(self, ending: str, error: str | None) -> None:
        if self._ended:
            return
        self._ended = True
        if self._tap is not None:
            ending, error = self._tap.end(ending, error)
        for timer in (self._time_limit, self._idle_timer):
            if timer is not None:
                timer.cancel()
        self._release_upstream(ending)
        self._begin()
        self._listener.end(self._clock.now(), ending, error)
        if not self._client_lost:
            self._end_client(ending, error)
        self._on_end(self)

    def _release_upstream(self, ending: str) -> None:
        """Return the upstream's connection to the pool if it can be reused, otherwise close it."""
        if self._connecting is not None and ending != "refused":
            self._connecting.cancel()
        upstream, self._upstream = self._upstream, None
        if upstream is None:
            return
        whole = (
            ending == "eof"
            and self._framing.ended
            and not self._framing.excess
            and not isinstance(self._framing, UntilClose)
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

    def _end_client(self, ending: str, error: str | None) -> None:
        """End the client's side in the way the upstream's side ended, with an error response if no head has arrived."""
        connection, head = self._connection, self._head
        if head is None:
            if ending == "interrupted":
                connection.close()
                return
            connection.write(_error(504 if ending in ("timeout", "idle_timeout") else 502, ending, error))
            connection.done(reuse=False)
        elif ending == "eof" and not isinstance(self._framing, UntilClose):
            connection.done(reuse=self._request.head.keep_alive and head.keep_alive)
        elif ending == "reset":
            connection.reset_when_flushed()
        else:
            connection.done(reuse=False)


def _error(status: int, ending: str, error: str | None) -> bytes:
    """Return the error response for an upstream that sent none. After a reset, clients may retry."""
    body = error_body(f"{_NO_RESPONSE} ({ending}): {error or 'no reason given'}")
    retry = "" if ending == "reset" else "X-Should-Retry: false\r\n"
    head = f"HTTP/1.1 {status} {reason_phrase(status)}\r\nContent-Type: application/json\r\n{retry}"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
