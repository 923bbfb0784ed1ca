"""The asyncio attribute that limits the reads of a plain connection."""

from __future__ import annotations

import asyncio
import socket

import aiohttp
from aiohttp import web

from streamkit.transport import arrivals


async def reads_at_most() -> int:
    """Return the read limit of a response's connection after its body was read through `arrivals`."""
    connected = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"data: 1\n\n")
        await connected.wait()  # a finished response releases its connection
        return response

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    try:
        await web.SockSite(runner, listening).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert response.connection is not None
            transport = response.connection.transport
            connected.set()
            async for _ in arrivals.arrivals(response, lambda: 0):
                pass
            return int(transport.max_size)  # type: ignore[union-attr]
    finally:
        await runner.cleanup()


def test_a_plain_connection_is_read_in_small_pieces() -> None:
    assert asyncio.run(reads_at_most()) == arrivals._READ
