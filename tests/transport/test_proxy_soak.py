"""Many streams at once through the proxy, some clients leaving and some upstreams breaking: nothing crosses, nothing leaks.

`STREAMKIT_SOAK=1` runs 200 streams of 500 chunks; without it a tenth of that.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from streamkit.model import recording
from streamkit.model.exchange import Request
from streamkit.model.step import Finish, Head, Reset, Step, Write
from streamkit.service.proxying import proxying
from streamkit.service.recording import Recorders, a_file_each
from streamkit.transport.proxy import Route, Rules
from streamkit.transport.server import Server, in_thread

STREAMS, CHUNKS = (200, 500) if os.environ.get("STREAMKIT_SOAK") else (60, 120)
MS = 1_000_000
SSE = (("Content-Type", "text/event-stream"),)


def chunk(stream: int, number: int) -> bytes:
    return b"data: stream %d chunk %d\n\n" % (stream, number)


def breaks(stream: int) -> bool:
    return stream % 10 == 3


def leaves(stream: int) -> bool:
    return stream % 10 == 7


def answer(request: Request) -> list[Step]:
    stream = int(request.url.rpartition("/")[2])
    count = CHUNKS // 2 if breaks(stream) else CHUNKS
    writes = [Write(number * MS, chunk(stream, number)) for number in range(count)]
    return [Head(0, 200, SSE), *writes, Reset(count * MS) if breaks(stream) else Finish(count * MS)]


async def ask(port: int, stream: int) -> bytes:
    """What one client sees; those that leave do so in the middle."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /v1/%d HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % stream)
    seen = b""
    try:
        while data := await reader.read(65536):
            seen += data
            if leaves(stream) and chunk(stream, CHUNKS // 3) in seen:
                break
    except ConnectionResetError:
        assert breaks(stream)
    finally:
        writer.transport.abort()
    return seen


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")
def test_nothing_crosses_and_nothing_leaks(tmp_path: Path) -> None:
    async def load(port: int) -> list[bytes]:
        return await asyncio.gather(*(ask(port, stream) for stream in range(STREAMS)))

    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    over: list[object] = []
    with in_thread(Server(answer)) as upstream:
        recorders = Recorders(a_file_each(str(tmp_path)), on_end=over.append)
        with proxying(Rules((Route("/", upstream.url),)), recorders) as proxy:
            seen = asyncio.run(load(proxy.port))
            for _ in range(2000):
                if len(over) == STREAMS:
                    break
                asyncio.run(asyncio.sleep(0.01))
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    for stream, data in enumerate(seen):
        others = data.replace(b"stream %d chunk" % stream, b"")
        assert b"stream " not in others, f"client {stream} saw another's stream"
        if not breaks(stream) and not leaves(stream):
            assert data.count(b"data: ") == CHUNKS and data.endswith(b"0\r\n\r\n")
    files = list(tmp_path.iterdir())
    left = 0
    assert len(files) == STREAMS
    for file in files:
        [exchange] = recording.read(file.read_bytes().splitlines(keepends=True))
        assert exchange.request is not None and exchange.end is not None and not exchange.damage
        stream = int(exchange.request.url.rpartition("/")[2])
        count = CHUNKS // 2 if breaks(stream) else CHUNKS
        assert list(exchange.frames.data) == [chunk(stream, number) for number in range(count)]
        assert exchange.end.reason == ("reset" if breaks(stream) else "eof")
        left += exchange.end.client is not None
        # One that leaves after the upstream has ended was not too early.
        assert exchange.end.client is None or leaves(stream)
    assert left
