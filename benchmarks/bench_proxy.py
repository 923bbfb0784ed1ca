"""What the recording proxy adds to each chunk's way: the same paced streams direct and through it, in one run.

    python benchmarks/bench_proxy.py [--streams 1 100] [--frames 200] [--gap 0.020] [--rounds 3]

The upstream is a bare asyncio Protocol in a process of its own that writes into each chunk when it sends it; the proxy is
another process and writes a recording of every stream. The client holds each chunk's arrival against the time in it (the
same monotonic clock). Added is the difference of the percentiles, through the proxy less direct, in milliseconds: the
median of the rounds. Everything goes over loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tabulate import tabulate

STREAMKIT = [sys.executable, "-m", "streamkit", "proxy", "--port", "0"]
CHUNK = 250
WIRE = len(b"%x\r\n" % CHUNK) + CHUNK + 2
SENT = re.compile(rb'"sent":(\d{20})')
ASK = b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
LATEST_S = 30.0


def serve(frames: int, gap: float) -> None:
    """The upstream: every connection gets the same chunks, each with the time of its sending."""

    class Answer(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport
            self.loop = asyncio.get_running_loop()

        def data_received(self, data: bytes) -> None:
            self.epoch, self.next = self.loop.time(), 1
            self.transport.write(HEAD)  # type: ignore[attr-defined]
            self.step()

        def step(self) -> None:
            now = self.loop.time()
            while self.next <= frames:
                if (due := self.epoch + gap * self.next) > now:
                    self.loop.call_at(due, self.step)
                    return
                data = b'data: {"sent":%020d,"text":"' % time.monotonic_ns()
                self.transport.write(b"%x\r\n%b\r\n" % (CHUNK, data.ljust(CHUNK - 4, b"x") + b'"}\n\n'))  # type: ignore[attr-defined]
                self.next += 1
            self.transport.write(b"0\r\n\r\n")  # type: ignore[attr-defined]

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", 0, backlog=4096)
        print(f"on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", file=sys.stderr, flush=True)
        await server.serve_forever()

    asyncio.run(run())


class Client(asyncio.Protocol):
    """Asks once and notes how long each chunk was on its way (ns)."""

    def __init__(self, frames: int) -> None:
        self.wanted = frames
        self.took: list[int] = []
        self.rest = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def ask(self) -> None:
        self.transport.write(ASK)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        data = self.rest + data
        end = 0
        for match in SENT.finditer(data):
            if match.start() + CHUNK - 14 > len(data):
                break
            self.took.append(now - int(match[1]))
            end = match.end()
        self.rest = data[end:]
        if len(self.took) == self.wanted and not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def load(port: int, streams: int, frames: int, gap: float) -> list[int]:
    """All clients at once, their requests spread over a second."""
    loop = asyncio.get_running_loop()
    clients = [(await loop.create_connection(lambda: Client(frames), "127.0.0.1", port))[1] for _ in range(streams)]
    for number, client in enumerate(clients):
        loop.call_later(number / streams, client.ask)
    await asyncio.wait([client.done for client in clients], timeout=1 + gap * frames + LATEST_S)
    for client in clients:
        client.transport.close()
    return sorted(took for client in clients for took in client.took)


@contextmanager
def running(command: list[str]) -> Iterator[int]:
    """A command that listens, until the context ends; gives its port."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"on http://[\d.]+:(\d+)", line)
        assert found, line
        yield int(found[1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def percentiles(port: int, streams: int, frames: int, gap: float) -> tuple[float, float, int]:
    """Median and 99th percentile of the way in milliseconds, and how many chunks came."""
    took = [nanoseconds / 1e6 for nanoseconds in asyncio.run(load(port, streams, frames, gap))]
    return took[len(took) // 2], took[min(len(took) - 1, round(len(took) * 0.99))], len(took)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--streams", type=int, nargs="+", default=[1, 100])
    options.add_argument("--frames", type=int, default=200)
    options.add_argument("--gap", type=float, default=0.020)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--as-upstream", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.as_upstream:
        serve(given.frames, given.gap)
        return 0
    print("skipped: mitmproxy and aimock, which are programs of their own and no part of this environment")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        shape = ["--frames", str(given.frames), "--gap", str(given.gap)]
        with running([sys.executable, __file__, "--as-upstream", *shape]) as upstream:
            for streams in given.streams:
                ways: dict[str, list[tuple[float, float, int]]] = {"direct": [], "streamkit proxy": []}
                for _ in range(given.rounds):
                    ways["direct"].append(percentiles(upstream, streams, given.frames, given.gap))
                    words = [f"http://127.0.0.1:{upstream}", "--dir", str(Path(folder) / "recordings")]
                    with running([*STREAMKIT, *words]) as proxy:
                        ways["streamkit proxy"].append(percentiles(proxy, streams, given.frames, given.gap))
                added = [
                    statistics.median(
                        through[part] - direct[part] for direct, through in zip(*ways.values(), strict=True)
                    )
                    for part in (0, 1)
                ]
                for name, rounds in ways.items():
                    p50, p99 = (statistics.median(one[part] for one in rounds) for part in (0, 1))
                    came = f"{min(one[2] for one in rounds)}/{streams * given.frames}"
                    rows.append([streams, name, came, p50, p99, *(added if name != "direct" else [None, None])])
    heads = ["streams", "way", "frames", "p50", "p99", "added p50", "added p99"]
    print(tabulate(rows, heads, tablefmt="github", floatfmt=".2f"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
