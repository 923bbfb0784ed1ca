"""The server: plays steps to HTTP clients, each on its deadline, byte for byte.

aiohttp reads the requests; what is answered is written to its connection as it stands in the steps, because a library's
response would add headers, order them its own way, and never end a body badly on purpose. One `Write` is one chunk of
the chunked coding and one write to the socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from aiohttp import web

from streamkit.errors import StreamkitError
from streamkit.model.exchange import Body, Request
from streamkit.model.step import Step
from streamkit.transport._playing import Played, play
from streamkit.transport.deadlines import Deadlines

Answer = Callable[[Request], Sequence[Step]]
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

# What a request may be: pictures and long documents travel in bodies, tokens and cookies in header lines.
MAX_BODY = 512 << 20
MAX_HEADER_LINE = 64 << 10
BACKLOG = 4096


class Listening(Protocol):
    """Something that listens while its context is open: the mock server, the proxy."""

    def listening(self) -> contextlib.AbstractAsyncContextManager[Any]:
        """Listen until the context ends."""
        ...


ListeningT = TypeVar("ListeningT", bound=Listening)


class CannotListen(StreamkitError):
    """An address that cannot be listened on: taken, not ours, or not allowed."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        super().__init__(
            f"cannot listen on {host}:{port}: {error.strerror or error}; choose another --port, or 0 for any"
        )


class Server:
    """A listening HTTP server. `async with` it, or run it in a thread with `in_thread`.

    `answer` gives the steps that answer a request; it is called in the server's thread, once a request, and must not
    wait. `port` 0 takes any free one; `port` and `url` are known once the server listens.
    """

    def __init__(self, answer: Answer, *, host: str = "127.0.0.1", port: int = 0, shared: bool = False) -> None:
        self._answer = answer
        self._host = host
        self.port = port
        self._shared = shared

    @property
    def url(self) -> str:
        """Where it listens, without a path: `http://127.0.0.1:8123`."""
        return f"http://{address(self._host)}:{self.port}"

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Server]:
        """Listen until the context ends; then every connection is cut at once. Raises CannotListen."""
        async with listen(self._handle, self._host, self.port, shared=self._shared) as port:
            self.port = port
            yield self

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            asked = await read_request(request)
            return await play(request, self._answer(asked), arrived(request))
        except ConnectionError:  # the client has gone; a client may
            return Played(reuse=False)


@contextlib.asynccontextmanager
async def listen(handler: Handler, host: str, port: int, *, shared: bool = False) -> AsyncIterator[int]:
    """Listen on host and port with this handler; gives the port. `shared` lets several processes listen on one port.

    At the end every connection is cut at once: a stream that is being played has no reason to hold anybody up.
    """
    server = _Stamping(
        handler,
        request_factory=_request,
        handler_cancellation=True,
        access_log=None,
        max_line_size=MAX_HEADER_LINE,
        max_field_size=MAX_HEADER_LINE,
        keepalive_timeout=75.0,
    )
    runner = web.ServerRunner(server, shutdown_timeout=0)
    stack = contextlib.ExitStack()
    stack.enter_context(Deadlines.held())
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=BACKLOG, reuse_port=shared or None)
        try:
            await site.start()
        except OSError as error:
            raise CannotListen(host, port, error) from error
        yield runner.addresses[0][1]
    finally:
        for connection in server.connections:
            connection.force_close()
            if connection.transport is not None:
                connection.transport.abort()
        await runner.cleanup()
        stack.close()


class _Stamping(web.Server):
    """aiohttp's server, whose connections know when the last bytes came: deadlines count from there, and not from when
    we came round to them."""

    def __init__(self, handler: Handler, **options: Any) -> None:
        super().__init__(handler, **options)
        own = ("request_factory", "handler_cancellation")
        self._options = {name: value for name, value in options.items() if name not in own}

    def __call__(self) -> web.RequestHandler:
        return _Stamped(self, loop=asyncio.get_running_loop(), **self._options)


class _Stamped(web.RequestHandler):
    __slots__ = ("arrived",)

    def data_received(self, data: bytes) -> None:
        self.arrived = self._loop.time()
        super().data_received(data)


def arrived(request: web.BaseRequest) -> float:
    """When the last bytes of a request came that was read whole (seconds on the event loop's clock)."""
    protocol = request.protocol
    return protocol.arrived if isinstance(protocol, _Stamped) else asyncio.get_running_loop().time()


@contextlib.contextmanager
def in_thread(server: ListeningT) -> Iterator[ListeningT]:
    """Run a server in a thread of its own, with its own event loop, until the context ends. Raises CannotListen."""
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        async with server.listening():
            stop = asyncio.Event()
            started.set_result((asyncio.get_running_loop(), stop))
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=run, name="streamkit server", daemon=True)
    thread.start()
    loop, stop = started.result()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def read_request(request: web.BaseRequest) -> Request:
    """What was asked, with its body read whole. The URL is the request's target as it was sent: path and query."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    data = await request.read()
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers)
    return Request(request.method, request.raw_path, headers, Body.of(data) if data else None)


def address(host: str) -> str:
    """A host as it stands in a URL: names for "all addresses" become the loopback's, IPv6 gets its brackets."""
    if host in ("", "0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY)
