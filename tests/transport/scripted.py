"""A server on a real socket that follows a test's script byte for byte, well-behaved or not."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[["Connection"], Awaitable[None]]


class Connection:
    """One connection after its request has been read; `request` holds the bytes of head and body."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
        self.reader, self._writer, self.head, self.body = reader, writer, head, body

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def head_of_stream(self, *headers: str, status: str = "200 OK", kind: str = "text/event-stream") -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *headers]
        await self.send("\r\n".join([*lines, "", ""]).encode())

    async def chunk(self, data: bytes) -> None:
        await self.send(b"%x\r\n%b\r\n" % (len(data), data))

    async def last_chunk(self) -> None:
        await self.send(b"0\r\n\r\n")

    def reset(self) -> None:
        made = self._writer.get_extra_info("socket")
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


async def abort(writers: list[asyncio.StreamWriter]) -> None:
    """Close connections at once. A loop that ends while one is being closed, as TLS does in steps, leaves its socket open."""
    for writer in writers:
        with suppress(AttributeError):  # of a TLS connection that was closed before (Python 3.11.2)
            writer.transport.abort()
    for _ in range(4):  # turns of the loop: of TLS, of the socket below it, and of what they tell
        await asyncio.sleep(0)


@contextmanager
def served(script: Script, tls: object = None) -> Iterator[tuple[str, list[Connection]]]:
    """Yield the URL of a server that runs `script` for each connection, and a list of its connections in order."""
    seen: list[Connection] = []
    ready = threading.Event()
    place: list[int] = []
    loop = asyncio.new_event_loop()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (
                        int(line.split(b":")[1])
                        for line in head.lower().split(b"\r\n")
                        if line.startswith(b"content-length:")
                    ),
                    0,
                )
                connection = Connection(reader, writer, head, await reader.readexactly(length))
                seen.append(connection)
                await script(connection)
                if writer.is_closing() or b"connection: close" in head.lower():
                    break
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)  # type: ignore[arg-type]
        place.append(server.sockets[0].getsockname()[1])
        ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()

    def run() -> None:
        asyncio.set_event_loop(loop)
        task = loop.create_task(main())
        tasks.append(task)
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        rest = asyncio.all_tasks(loop)
        for other in rest:
            other.cancel()
        loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
        loop.run_until_complete(abort(writers))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    tasks: list[asyncio.Task[None]] = []
    writers: list[asyncio.StreamWriter] = []
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{place[0]}", seen
    finally:
        loop.call_soon_threadsafe(tasks[0].cancel)
        thread.join(10)
