"""The recording reverse proxy: passes every byte on the moment it arrives, and tells a listener what it saw.

The upstream is fixed when it starts; a request chooses nothing but path and body. A client that leaves does not end the
exchange: the upstream is read to its end, for a recording of half a stream is worth less than one of a whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from streamkit.model.exchange import Headers, Request, header
from streamkit.model.step import Close, Finish, Reset, Step
from streamkit.transport._playing import HOP_BY_HOP, Connection, Played, play
from streamkit.transport.client import Client, Listener, Outgoing, Settings
from streamkit.transport.guard import TOKEN_HEADER, Guard, Refusal, token_path
from streamkit.transport.kernel_clock import Clock
from streamkit.transport.server import address, arrived, listen, read_request

# Not the client's to say, or said anew by who sends on.
_NOT_SENT_ON = HOP_BY_HOP | {"host", "content-length", "accept-encoding", "expect", TOKEN_HEADER.lower()}

# Bytes that may wait for a client before the upstream is made to wait.
_HIGH_WATER = 1 << 18

# Calls that wait for a quiet moment, for each of which one more is made at a turn of the event loop.
_ROW = 256


class ProxyListener(Listener, Protocol):
    """Hears of one exchange, as any listener does, and when the client left before its end."""

    def left(self, at: int) -> None:
        """The client has gone; `at` in nanoseconds like all times of the exchange."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """Requests whose path begins with `prefix` go to `upstream` (a URL without a slash at its end)."""

    prefix: str
    upstream: str

    def url(self, target: str) -> str:
        """The upstream's URL for a target under the prefix. A version that both name (`/v1`) stands there once."""
        rest = target[len(self.prefix) :]
        if not rest.startswith("/"):
            rest = "/" + rest
        last = urlsplit(self.upstream).path.rpartition("/")[2]
        if last and (rest == f"/{last}" or rest.startswith(f"/{last}/")):
            rest = rest[len(last) + 1 :]
        return self.upstream + rest


@dataclass(frozen=True, slots=True)
class Rules:
    """How a proxy works: routes (the longest prefix wins), who may ask, and whether the upstream's answer is read to its
    end when the client has left."""

    routes: tuple[Route, ...]
    guard: Guard = field(default_factory=Guard)
    stop_with_client: bool = False

    def route(self, target: str) -> Route | None:
        """The route of a target, or None."""
        path = target.partition("?")[0]
        fitting = [
            route for route in self.routes if path == route.prefix or path.startswith(route.prefix.rstrip("/") + "/")
        ]
        return max(fitting, key=lambda route: len(route.prefix), default=None)


class Proxy:
    """A listening proxy. `listener` gives what listens to one exchange; `answer` steps that answer without asking upstream, or None.

    Both are called in the proxy's thread and must not wait. The listener is given the request with the upstream's URL.
    """

    def __init__(
        self,
        rules: Rules,
        listener: Callable[[Request], ProxyListener],
        *,
        answer: Callable[[Request], Sequence[Step] | None] = lambda _: None,
        settings: Settings | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._rules = rules
        self._listener = listener
        self._answer = answer
        self._settings = replace(settings or Settings(), decode=False, redirects=False)
        self._host = host
        self.port = port
        self._running: set[asyncio.Task[None]] = set()
        self._later = Later()

    @property
    def url(self) -> str:
        """Where it listens: what a base URL begins with, the token in it where one is wanted."""
        return f"http://{address(self._host)}:{self.port}{token_path(self._rules.guard.token)}"

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Proxy]:
        """Listen until the context ends; what is still running is then cut and recorded as interrupted."""
        async with Client(self._settings) as self._client:
            try:
                async with listen(self._handle, self._host, self.port) as port:
                    self.port = port
                    yield self
            finally:
                for task in self._running:
                    task.cancel()
                await asyncio.gather(*self._running, return_exceptions=True)
                self._later.all_now()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._answered(request)
        except ConnectionError:  # the client has gone; a client may
            return Played(reuse=False)

    async def _answered(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers)
        target = self._rules.guard.check(request.method, request.raw_path, headers)
        if isinstance(target, Refusal):
            return _refused(request, target)
        route = self._rules.route(target)
        if route is None:
            prefixes = ", ".join(route.prefix for route in self._rules.routes)
            return _refused(request, Refusal(404, f"no route for this path; there are: {prefixes}"))
        asked = replace(await read_request(request), url=route.url(target))
        self._later.all_now()  # what has ended before this request came is known to who answers it
        steps = self._answer(asked)
        if steps is not None:
            return await play(request, steps, arrived(request))
        return await self._relayed(request, asked)

    async def _relayed(self, request: web.BaseRequest, asked: Request) -> web.StreamResponse:
        relay = _Relay(Connection(request), self._listener(asked), self._later, request.writer.drain)
        outgoing = Outgoing(asked.method, asked.url, _sent_on(asked.headers), await request.read() or None)
        task = asyncio.create_task(self._client.send(outgoing, relay, relay.breathe))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:  # the client has gone, or we are told to end
            relay.client_left()
            if self._rules.stop_with_client:
                task.cancel()
            raise
        await relay.close()
        return Played(reuse=relay.connection.reusable)


class Later:
    """Calls that wait until the bytes are on their way: a few at each turn of the event loop, in order.

    Between two turns the loop passes on what has come meanwhile, so that a chunk waits for one listener and not for those
    of all the streams that have chunks at the same moment. The longer the row, the more are made at a turn: it cannot
    grow without end.
    """

    def __init__(self) -> None:
        self._calls: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._called = False

    def call(self, what: Callable[..., None], *arguments: Any) -> None:
        """Call it soon. What it raises goes to the event loop's handler of exceptions."""
        self._calls.append((what, arguments))
        self._come_back()

    def all_now(self) -> None:
        """Make every call that waits."""
        while self._calls:
            self._one()

    def _come_back(self) -> None:
        if not self._called and self._calls:
            self._called = True
            asyncio.get_running_loop().call_soon(self._some)

    def _some(self) -> None:
        self._called = False
        for _ in range(1 + len(self._calls) // _ROW):
            if self._calls:
                self._one()
        self._come_back()

    def _one(self) -> None:
        what, arguments = self._calls.popleft()
        try:
            what(*arguments)
        except Exception as error:
            asyncio.get_running_loop().call_exception_handler({"message": "a listener failed", "exception": error})


class _Relay:
    """Passes on what the upstream says, then tells the listener, who need not know what goes wrong with the client."""

    def __init__(
        self, connection: Connection, listener: ProxyListener, later: Later, drain: Callable[[], Awaitable[None]]
    ) -> None:
        self.connection = connection
        self._listener = listener
        self._later = later.call
        self._drain = drain
        self._began = time.monotonic_ns()
        self._gone = False
        self._ended = False
        self._last: Reset | Close | None = None

    def start(self, connected_at: int | None, sent_at: int | None, clock: Clock = "monotonic") -> None:
        self._later(self._listener.start, connected_at, sent_at, clock)

    def response(self, at: int, status: int, http: str, headers: Headers) -> None:
        self._pass_on(lambda: self.connection.head(status, headers, _length(headers)))
        self._later(self._listener.response, at, status, http, headers)

    def frame(self, data: bytes, at: int) -> None:
        self._pass_on(lambda: self.connection.write(data))
        self._later(self._listener.frame, data, at)

    def end(self, at: int, reason: str, error: str | None) -> None:
        self._ended = True
        self._pass_on(lambda: self._end_as(reason, error))
        reason = "client_abort" if self._gone and reason == "interrupted" else reason
        self._later(self._listener.end, at, reason, error)

    def note(self, fields: Mapping[str, Any]) -> None:
        self._later(self._listener.note, fields)

    def breathe(self) -> Awaitable[None] | None:
        """What to wait for before more is read from upstream: a client that is too slow, and still there."""
        return None if self._gone or self.connection.pending < _HIGH_WATER else self._wait()

    def client_left(self) -> None:
        """The client's connection has ended."""
        if not self._gone and not self._ended:
            self._gone = True
            self._later(self._listener.left, time.monotonic_ns() - self._began)

    async def close(self) -> None:
        """End the client's connection as badly as the upstream's ended, once the client has all that came before."""
        if self._last is not None and not self._gone:
            await self.connection.flushed()
            self.connection.last(self._last)

    async def _wait(self) -> None:
        try:
            await self._drain()
        except ConnectionError:
            self.client_left()

    def _pass_on(self, act: Callable[[], None]) -> None:
        if not self._gone:
            try:
                act()
            except ConnectionError:
                self.client_left()

    def _end_as(self, reason: str, error: str | None) -> None:
        """End the client's side as the upstream's side ended; before a head has come, say what happened."""
        if not self.connection.headed and reason != "interrupted":
            status = 504 if reason in ("timeout", "idle_timeout") else 502
            message = f"the upstream did not answer ({reason}): {error or 'no reason given'}"
            _write_error(self.connection, status, message)
        elif reason == "eof":
            self.connection.last(Finish(0))
        else:
            self._last = Reset(0) if reason == "reset" else Close(0)


def _sent_on(headers: Headers) -> Headers:
    """The client's headers as the upstream gets them: what the client's connection is named in is its own affair."""
    named = {name.strip().lower() for name in (header(headers, "connection") or "").split(",")}
    kept = tuple(
        (name, value) for name, value in headers if name.lower() not in _NOT_SENT_ON and name.lower() not in named
    )
    return (*kept, ("Accept-Encoding", "identity"))


def _length(headers: Headers) -> int | None:
    """The length that the upstream announces, where the body is not chunked."""
    message = header(headers, "content-length") or ""
    chunked = "chunked" in (header(headers, "transfer-encoding") or "").lower()
    return int(message) if message.isdecimal() and not chunked else None


def _refused(request: web.BaseRequest, refusal: Refusal) -> Played:
    connection = Connection(request)
    _write_error(connection, refusal.status, f"streamkit proxy: {refusal.message}")
    connection.close()
    return Played(reuse=False)


def _write_error(connection: Connection, status: int, message: str) -> None:
    """An error of our own, in the words of OpenAI and Anthropic at once."""
    error = {"type": "proxy_error", "message": message, "code": "streamkit", "param": None}
    body = orjson.dumps({"type": "error", "error": error})
    headers = (("Content-Type", "application/json"), ("X-Should-Retry", "false"))
    connection.head(status, headers, len(body))
    connection.write(body)
    connection.last(Finish(0))
