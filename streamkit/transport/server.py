"""An HTTP server that plays steps to clients, each at its deadline, byte for byte.

It uses our own HTTP connections, shared with the proxy, and writes exactly what the steps contain: a library's response would
add headers, reorder them, and could not end a body incorrectly on purpose. One `Write` is one chunk of the chunked coding and
one write to the socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from streamkit.errors import StreamkitError
from streamkit.model.exchange import Request
from streamkit.model.limits import LARGEST_REQUEST
from streamkit.model.step import Step
from streamkit.transport._heads import RequestHead
from streamkit.transport._playback import play
from streamkit.transport.connection import Connection, Incoming, Service
from streamkit.transport.deadlines import Deadlines
from streamkit.transport.guard import Guard, Rejection, token_path
from streamkit.transport.kernel_clock import listener

Handler = Callable[[Request], Sequence[Step]]

BACKLOG = 4096
_ACCEPTED_AT_ONCE = 16  # so that a thousand clients that connect at once do not delay the streams that are running
THREAD_NAME = "streamkit server"
_SWEEP_S = 1.0  # interval at which connections are checked for timeouts


class Listening(Protocol):
    """A server that listens while a context is open: the mock server or the proxy."""

    def listening(self) -> contextlib.AbstractAsyncContextManager[Any]:
        """Listen until the context ends."""
        ...


ListeningT = TypeVar("ListeningT", bound=Listening)


class CannotListen(StreamkitError):
    """The address cannot be listened on: it is in use, not local, or not permitted."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        super().__init__(
            f"cannot listen on {host}:{port}: {error.strerror or error}; choose another --port, or 0 for any"
        )


class Server:
    """A listening HTTP server. Use `async with server.listening()`, or run it in a thread with `in_thread`.

    `answer` returns the steps that answer a request; it is called once per request, in the server's thread, and must not
    block. `prefixes` are first parts of a path (`/openai`) that are taken away before. `guard` decides who may send requests, by default this machine only. `port` 0 selects a free port; `port` and `url`
    are known once the server listens.
    """

    name = "serve"
    max_body = LARGEST_REQUEST

    def __init__(
        self,
        answer: Handler,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        shared: bool = False,
        guard: Guard | None = None,
        prefixes: Sequence[str] = (),
    ) -> None:
        self._answer = answer
        self._prefixes = prefixes
        self._host = host
        self.port = port
        self._shared = shared
        self._guard = guard or Guard.of(host)

    @property
    def url(self) -> str:
        """The base URL of the server, such as `http://127.0.0.1:8123`, including the token if one is required."""
        return f"http://{address(self._host)}:{self.port}{token_path(self._guard.token)}"

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Server]:
        """Listen until the context ends; then abort every connection. Raises CannotListen."""
        async with listen(self, self._host, self.port, shared=self._shared) as port:
            self.port = port
            yield self

    def admit(self, head: RequestHead) -> Rejection | str:
        """Return the target of the request, or why it is rejected."""
        target = self._guard.check(head.method, head.target, head.headers)
        if isinstance(target, str):
            for prefix in self._prefixes:
                if target.startswith(f"{prefix}/"):
                    return target[len(prefix) :]
        return target

    def close(self) -> None:
        """Nothing runs that is not a connection's own."""

    def serve(self, connection: Connection, request: Incoming) -> None:
        """Answer a request by playing its steps."""
        head = request.head
        play(connection, request, self._answer(Request(head.method, request.target, head.headers, request.decoded())))


@contextlib.asynccontextmanager
async def listen(service: Service, host: str, port: int, *, shared: bool = False) -> AsyncIterator[int]:
    """Listen on host and port for this service; yield the port. With `shared`, several processes can listen on one port.

    At the end every connection is aborted at once, because a long stream should not delay the shutdown.
    """
    loop = asyncio.get_running_loop()
    open_: set[Connection] = set()
    try:
        servers = await _servers(lambda: Connection(service, open_), host, port, shared)
    except OSError as error:
        raise CannotListen(host, port, error) from error
    sweeping = loop.create_task(_sweep(open_))
    try:
        with Deadlines.held():
            yield _port(servers[0].sockets[0])
    finally:
        sweeping.cancel()
        for server in servers:
            server.close()
        # What was accepted in this iteration becomes a connection in the next one, and is then aborted too; connection_lost,
        # which closes the socket, is called in the iteration after that.
        for _ in range(3):
            for connection in list(open_):
                connection.transport.abort()
            await asyncio.sleep(0)


async def _servers(
    connection: Callable[[], Connection], host: str, port: int, shared: bool
) -> list[asyncio.base_events.Server]:
    """Listen on every address of a host. Raises OSError."""
    loop = asyncio.get_running_loop()
    reuse_port = shared or None
    if not isinstance(loop, asyncio.SelectorEventLoop):  # uvloop or Windows, which accept and read by themselves
        return [
            await loop.create_server(
                connection, host or None, port, reuse_port=reuse_port, reuse_address=True, backlog=BACKLOG
            )
        ]
    bound = await loop.create_server(
        connection, host or None, port, reuse_port=reuse_port, reuse_address=True, start_serving=False
    )
    listening = [listener(sock.dup()) for sock in bound.sockets]
    bound.close()
    servers = []
    for sock in listening:
        # asyncio accepts as many connections in one iteration of the loop as it queues, so these are two numbers here.
        servers.append(await loop.create_server(connection, sock=sock, backlog=_ACCEPTED_AT_ONCE))
        sock.listen(BACKLOG)
    return servers


def _port(listening: socket.socket) -> int:
    port: int = listening.getsockname()[1]
    return port


async def _sweep(open_: set[Connection]) -> None:
    """Close connections that have timed out: one timer for all, because most of them never need one."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_SWEEP_S)
        now = loop.time()
        for connection in list(open_):
            connection.expire(now)


@contextlib.contextmanager
def in_thread(server: ListeningT) -> Iterator[ListeningT]:
    """Run a server in a separate thread with its own event loop until the context ends. Raises CannotListen."""
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

    thread = threading.Thread(target=run, name=THREAD_NAME, daemon=True)
    thread.start()
    loop, stop = started.result()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def address(host: str) -> str:
    """Return a host for use in a URL: "all addresses" becomes the loopback address, IPv6 is put in brackets."""
    if host in ("", "0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
