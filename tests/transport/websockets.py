"""A WebSocket server of aiohttp, in its own thread, that answers `response.create` with events."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future

import orjson
from aiohttp import WSMsgType, web


class Upstream:
    """The port of the server, the headers of each handshake, and the messages that it received."""

    def __init__(self, events: Sequence[str], close: int | None, first: int) -> None:
        self.port = 0
        self.heads: list[dict[str, str]] = []
        self.received: list[str] = []
        self._events = events
        self._close = close
        self._first = first  # how many events are sent before anything is received

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Send the first events, then the others when a response is asked for."""
        self.heads.append(dict(request.headers))
        if request.path == "/refused":
            return web.json_response({"error": {"message": "bad key"}}, status=401)
        socket = web.WebSocketResponse(protocols=("realtime",))
        await socket.prepare(request)
        for event in self._events[: self._first]:
            await socket.send_str(event)
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            self.received.append(message.data)
            if orjson.loads(message.data).get("type") == "response.create":
                for event in self._events[self._first :]:
                    await socket.send_str(event)
                if self._close is not None:
                    await socket.close(code=self._close, message=b"enough")
        return socket


@contextlib.contextmanager
def upstream(events: Sequence[str], *, close: int | None = None, first: int = 1) -> Iterator[Upstream]:
    """Run a server until the context ends. With `close`, it closes the connection with this status after its events."""
    server = Upstream(events, close, first)
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", server.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.port = runner.addresses[0][1]
        stop = asyncio.Event()
        started.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    loop, stop = started.result()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
