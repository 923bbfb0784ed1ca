"""Many concurrent streams, some with disconnecting clients or failing upstreams, do not mix, and no resource leaks.

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
from tests.waiting import StillLoop, eventually, turned, until

STREAMS, CHUNKS = (200, 500) if os.environ.get("STREAMKIT_SOAK") else (60, 120)
MS = 1_000_000
SSE = (("Content-Type", "text/event-stream"),)


def chunk(stream: int, number: int) -> bytes:
    return b"data: stream %d chunk %d\n\n" % (stream, number)


def breaks(stream: int) -> bool:
    return stream % 10 == 3


def leaves(stream: int) -> bool:
    return stream % 10 == 7


def answer(stream: int) -> list[Step]:
    count = CHUNKS // 2 if breaks(stream) else CHUNKS
    writes = [Write(number * MS, chunk(stream, number)) for number in range(count)]
    return [Head(0, 200, SSE), *writes, Reset(count * MS) if breaks(stream) else Finish(count * MS)]


async def ask(port: int, stream: int) -> bytes:
    """Return what one client receives; some disconnect in the middle."""
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


async def load(port: int, numbers: list[int], upstream: StillLoop, proxy: StillLoop) -> list[bytes]:
    """Return what each client receives. The upstream's clock advances chunk by chunk, and stops while clients disconnect."""
    clients = [asyncio.create_task(ask(port, stream)) for stream in range(STREAMS)]
    await eventually(lambda: len(numbers) == STREAMS)
    for _ in range(CHUNKS // 2 - 1):
        upstream.move(0.001)
        await turned(upstream, 2)
    await asyncio.gather(*(client for stream, client in enumerate(clients) if leaves(stream)))
    await turned(proxy)
    everything = asyncio.gather(*clients)
    while not everything.done():
        upstream.move(0.001)
        proxy.move(0.001)  # a reset waits in small steps until the peer has received everything before it
        await asyncio.wait([everything], timeout=0.001)
    return await everything


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")
def test_streams_do_not_mix_and_nothing_leaks(tmp_path: Path, still_loops: list[StillLoop]) -> None:
    numbers: list[int] = []

    def scripted(request: Request) -> list[Step]:
        numbers.append(int(request.url.rpartition("/")[2]))
        return answer(numbers[-1])

    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    over: list[object] = []
    with in_thread(Server(scripted)) as upstream:
        recorders = Recorders(open=a_file_each(str(tmp_path)), on_end=over.append)
        with proxying(Rules((Route("/", upstream.url),)), recorders) as proxy:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as clients:
                seen = clients.run(load(proxy.port, numbers, *still_loops))
            until(lambda: len(over) == STREAMS)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    for stream, data in enumerate(seen):
        others = data.replace(b"stream %d chunk" % stream, b"")
        assert b"stream " not in others, f"client {stream} saw another's stream"
        if not breaks(stream) and not leaves(stream):
            assert data.count(b"data: ") == CHUNKS and data.endswith(b"0\r\n\r\n")
    files = list(tmp_path.iterdir())
    assert len(files) == STREAMS
    for file in files:
        [exchange] = recording.read(file.read_bytes().splitlines(keepends=True))
        assert exchange.request is not None and exchange.end is not None and not exchange.damage
        stream = int(exchange.request.url.rpartition("/")[2])
        count = CHUNKS // 2 if breaks(stream) else CHUNKS
        assert list(exchange.frames.data) == [chunk(stream, number) for number in range(count)]
        assert exchange.end.reason == ("reset" if breaks(stream) else "eof")
        assert (exchange.end.client is not None) == leaves(stream)
