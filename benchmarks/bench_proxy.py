"""Measure the latency that the recording proxy adds to chunks: the same paced streams direct and through it, in one run.

    python benchmarks/bench_proxy.py [--streams 1 100] [--frames 200] [--gap 0.020] [--rounds 3]
                                     [--mitmdump PROGRAM] [--aimock FOLDER] [--beside CHECKOUT]

The upstream (`load.py`) is a separate process that writes chat.completion chunks, each with its send time; the proxy is another
process and records every stream. The client compares the arrival of each chunk with its send time (the same monotonic clock).
The added latency is the difference of the percentiles with and without the proxy, in milliseconds: the median of the rounds.
All connections use loopback.

The table also shows the CPU time of the proxy per frame (utime + stime). If there are two cores, proxies run on the last one,
the client and the upstream on the first. `--beside` runs the streamkit of another checkout in the same rounds. A C
program that forwards bytes (`forward.c`) and neither parses nor records anything is the floor of the machine, an asyncio Protocol
that does the same is that of Python; an aiohttp pass-through, which records nothing either, shows the cost of a library. "without the start" is the latency of chunks that arrive more than half a second
after the last request: at the start, a request a millisecond takes as much of the core as the streams do.

Peers that also record run in the same rounds: mitmproxy's `mitmdump`, with streaming and storing, and aimock (`--aimock` is the
folder in which npm installed `@copilotkit/aimock`). Missing ones are skipped with the reason.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import load
from tabulate import tabulate

STREAMKIT = [sys.executable, "-m", "streamkit", "proxy", "--port", "0"]
SENT = re.compile(rb'"sent":(\d{20})[^\n]*\n\n')  # of a complete chunk
_TIME_ZERO = 10**19  # added to times (ns), so that all have the same number of digits
ASK = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
BODY = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"stream %06d"}]}'
# Recordings are written to a file system in memory, if there is one: other programs use the disk.
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112
_READ = 1 << 16
_NUMBERS = itertools.count()
_GOLDEN = (5**0.5 - 1) / 2


def chunk(number: int) -> bytes:
    """Return a chat.completion.chunk of CHUNK bytes with its send time, as a chunk of the chunked coding."""
    before = (
        b'data: {"id":"chatcmpl-9x","object":"chat.completion.chunk","sent":%d,"model":"gpt-4o-mini","choices":['
        % (_TIME_ZERO + time.monotonic_ns())
    )
    before += b'{"index":0,"finish_reason":null,"delta":{"content":" '
    after = b'"}}]}\n\n'
    text = (b"word %d of a sentence that is as long as it has to be" % number).ljust(load.CHUNK)
    return b"%x\r\n%b\r\n" % (load.CHUNK, before + text[: load.CHUNK - len(before) - len(after)] + after)


def pass_through(upstream: str) -> None:
    """Run a proxy on aiohttp that only forwards chunks."""
    import aiohttp
    from aiohttp import web

    async def run() -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), auto_decompress=False) as session:

            async def answer(request: web.BaseRequest) -> web.StreamResponse:
                async with session.post(upstream + request.path, data=await request.read()) as given:
                    response = web.StreamResponse(headers={"Content-Type": given.headers["Content-Type"]})
                    response.enable_chunked_encoding()
                    await response.prepare(request)
                    async for data, _ in given.content.iter_chunks():
                        await response.write(data)
                    return response

            runner = web.ServerRunner(web.Server(answer, access_log=None))
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
            print(f"on http://127.0.0.1:{runner.addresses[0][1]}", file=sys.stderr, flush=True)
            await asyncio.Event().wait()

    asyncio.run(run())


def forward(upstream: str) -> None:
    """Run a proxy that only forwards bytes, with one connection to the upstream for each of a client."""
    target = urlsplit(upstream)

    class Up(asyncio.Protocol):
        def __init__(self, down: Down) -> None:
            self.down = down

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = self.down.up = transport
            transport.max_size = _READ  # type: ignore[attr-defined]
            transport.write(self.down.request)  # type: ignore[attr-defined]

        def data_received(self, data: bytes) -> None:
            self.down.transport.write(data)  # type: ignore[attr-defined]

        def connection_lost(self, error: Exception | None) -> None:
            self.down.transport.close()

    class Down(asyncio.Protocol):
        request = b""
        up: asyncio.BaseTransport | None = None

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            if not self.request:
                loop = asyncio.get_running_loop()
                self.connecting = loop.create_task(
                    loop.create_connection(lambda: Up(self), target.hostname, target.port)
                )
            self.request += data
            if self.up is not None:
                self.up.write(data)  # type: ignore[attr-defined]

        def connection_lost(self, error: Exception | None) -> None:
            if self.up is not None:
                self.up.abort()  # type: ignore[attr-defined]

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Down, "127.0.0.1", 0, backlog=4096)
        print(f"on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", file=sys.stderr, flush=True)
        await server.serve_forever()

    asyncio.run(run())


def latencies(port: int, streams: int, frames: int, gap: float) -> tuple[list[float], list[float]]:
    """Run all clients, with their requests spread over one second; return the latency of each chunk in milliseconds.

    The second list has those without the start.
    """
    bodies = [BODY % next(_NUMBERS) for _ in range(streams)]  # all different: a peer may answer from its recordings
    delays = [number * _GOLDEN % 1 for number in range(streams)]  # not synchronized, like independent streams
    took: list[float] = []
    later: list[float] = []
    received = load.receive(port, [ASK % (len(body), body) for body in bodies], delays, gap * frames)
    started = max(one.sent_at for one in received) + load.START_NS
    for one in received:
        rest = b""
        for at, data in one.reads:
            data = rest + data
            end = 0
            for match in SENT.finditer(data):
                took.append((at - int(match[1]) + _TIME_ZERO) / 1e6)
                if at > started:
                    later.append(took[-1])
                end = match.end()
            rest = data[end:]
    return took, later


@contextmanager
def running(command: list[str], port: int | None = None, core: int = 0) -> Iterator[tuple[int, int]]:
    """Run a server until the context exits; yield its port (as given or as printed on stderr) and its process."""
    if (os.cpu_count() or 1) > 1 and shutil.which("taskset"):
        command = ["taskset", "-c", str(core), *command]
    with tempfile.TemporaryFile() as messages:  # not a pipe, which blocks a program when it is full
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=messages)
        try:
            yield (port if port and answers(port, process) else printed_port(messages, process)), process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Wait until a server listens on this port."""
    for _ in range(300):
        with socket.socket() as plug:
            if plug.connect_ex(("127.0.0.1", port)) == 0:
                return True
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"{process.args!r} did not start")


def printed_port(messages: IO[bytes], process: subprocess.Popen[bytes]) -> int:
    """Return the port that a program prints when it is ready."""
    for _ in range(600):
        text = os.pread(messages.fileno(), 1 << 16, 0).decode()
        if found := re.search(r"on http://[\d.]+:(\d+)\D", text):
            return int(found[1])
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit(f"{process.args!r} printed no address:\n{text}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as plug:
        port: int = plug.getsockname()[1]
        return port


def ways(
    upstream: int, folder: str, mitmdump: str | None, aimock: str | None, beside: str | None
) -> dict[str, tuple[list[str], int | None]]:
    """Return the command of each proxy, and its port if it does not print it; report proxies that cannot run."""
    url = f"http://127.0.0.1:{upstream}"
    found: dict[str, tuple[list[str], int | None]] = {
        "streamkit proxy": ([*STREAMKIT, url, "--dir", f"{folder}/ours"], None),
        "asyncio, bytes forwarded only": ([sys.executable, __file__, "--forward", url], None),
        "aiohttp, nothing recorded": ([sys.executable, __file__, "--pass-through", url], None),
    }
    compiler = shutil.which("cc")
    if compiler is None:
        print("skipped: bytes forwarded by a C program, because there is no C compiler (cc)")
    else:
        floor = Path(folder, "forward")
        subprocess.run([compiler, "-O2", "-o", floor, Path(__file__).with_name("forward.c")], check=True)
        found["C, bytes forwarded only"] = ([str(floor), str(upstream)], None)
    if beside is not None:
        there = ["env", "-C", beside, *STREAMKIT, url, "--dir", f"{folder}/beside"]
        found[f"streamkit proxy of {beside}"] = (there, None)
    program = shutil.which(mitmdump or "mitmdump")
    if program is None:
        print("skipped: mitmproxy, because no mitmdump is installed (--mitmdump PROGRAM)")
    else:
        port = free_port()
        storing = ["--set", "stream_large_bodies=1", "--set", "store_streamed_bodies=true", "-w", f"{folder}/mitm"]
        found["mitmdump"] = ([program, "-q", "-p", str(port), "--mode", f"reverse:{url}", *storing], port)
    script = Path(aimock or "", "node_modules/@copilotkit/aimock/dist/cli.js")
    if aimock is None or not script.exists() or shutil.which("node") is None:
        print("skipped: aimock, because no folder with it is named (--aimock FOLDER) or Node is not installed")
    else:
        port = free_port()
        Path(folder, "aimock").mkdir()
        words = ["--record", "--provider-openai", url, "--fixtures", f"{folder}/aimock", "--log-level", "silent"]
        found["aimock"] = (["node", str(script), "--port", str(port), *words], port)
    return found


# median and 99th percentile of the latency (ms), both again without the start; the number of chunks; CPU time per chunk (µs)
Measured = tuple[float, float, float, float, int, float]


def percentiles(there: tuple[int, int], streams: int, frames: int, gap: float) -> Measured:
    """Measure one proxy, or the upstream itself."""
    port, process = there
    latencies(port, 1, 5, gap)  # warm up: exclude imports at the first request
    before = load.cpu(process)
    took, later = latencies(port, streams, frames, gap)
    used = (load.cpu(process) - before) / max(1, len(took)) * 1e6
    whole = load.percentile(took, 0.5), load.percentile(took, 0.99)
    return *whole, load.percentile(later, 0.5), load.percentile(later, 0.99), len(took), used


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--streams", type=int, nargs="+", default=[1, 100])
    options.add_argument("--frames", type=int, default=200)
    options.add_argument("--gap", type=float, default=0.020)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--mitmdump", metavar="PROGRAM", help="default: the one on PATH")
    options.add_argument("--aimock", metavar="FOLDER", help="a folder with node_modules/@copilotkit/aimock")
    options.add_argument("--beside", metavar="CHECKOUT", help="also run the streamkit of this checkout")
    options.add_argument("--pass-through", metavar="URL", help=argparse.SUPPRESS)
    options.add_argument("--forward", metavar="URL", help=argparse.SUPPRESS)
    options.add_argument("--as-upstream", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.as_upstream:
        load.emit(given.frames, given.gap, chunk)
        return 0
    if given.pass_through:
        pass_through(given.pass_through)
        return 0
    if given.forward:
        forward(given.forward)
        return 0
    if reason := load.missing():
        print(f"skipped: {reason}")
        return 0
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {0})
    rows = []
    shape = ["--frames", str(given.frames), "--gap", str(given.gap)]
    with (
        tempfile.TemporaryDirectory(dir=MEMORY) as folder,
        running([sys.executable, __file__, "--as-upstream", *shape]) as upstream,
    ):
        proxies = ways(upstream[0], folder, given.mitmdump, given.aimock, given.beside)
        for streams in given.streams:
            seen: dict[str, list[Measured]] = {"direct": [], **{name: [] for name in proxies}}
            for _ in range(given.rounds):
                seen["direct"].append(percentiles(upstream, streams, given.frames, given.gap))
                for name, (command, port) in proxies.items():
                    with running(command, port, (os.cpu_count() or 1) - 1) as there:
                        seen[name].append(percentiles(there, streams, given.frames, given.gap))
            for name, rounds in seen.items():
                p50, p99 = (statistics.median(one[part] for one in rounds) for part in (0, 1))
                added = [
                    statistics.median(one[part] - bare[part] for one, bare in zip(rounds, seen["direct"], strict=True))
                    for part in range(4)
                ]
                came = f"{min(one[4] for one in rounds)}/{streams * given.frames}"
                costs = statistics.median(one[5] for one in rounds)
                rows.append([streams, name, came, p50, p99, *([*added, costs] if name != "direct" else [None] * 5)])
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    heads = [
        "streams",
        "way",
        "frames",
        "p50",
        "p99",
        "added p50",
        "added p99",
        "p50 without the start",
        "p99 without the start",
        "CPU per frame, us",
    ]
    print(tabulate(rows, heads, tablefmt="github", floatfmt=".2f"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
