"""Measure the precision and cost per frame of serving: streamkit, aiohttp, Starlette on uvicorn, and a bare Protocol.

    python benchmarks/bench_serve.py [--streams 100 1000] [--frames 200] [--gap 0.020] [--spread 1.0] [--rounds 1]
                                     [--beside CHECKOUT]

Each server is a separate process that sends every client the same frames at absolute deadlines. The client is another process on
this machine; it compares the arrival of each frame with the deadline, counted from its request. Requests are spread over one
second; `--spread 0` sends all at once, which measures requests per second rather than precision. The table shows the number of
received frames, the error in milliseconds (median, 99th percentile, the same without the start, maximum), frames per read, and the
CPU time of the server per frame. All clients connect at once, so servers are busy with accepting connections when the first requests
arrive; "without the start" are the frames that arrive more than half a second after the last request. If there are two cores, servers run on the last one and the client on the first. `--beside` runs the streamkit of another
checkout in the same rounds. The floor is a hand-written asyncio Protocol; peers that are not installed are listed with the reason.
All connections use loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import load
from tabulate import tabulate

from streamkit.model.exchange import Body, End, Exchange, Frames, Request, Response
from streamkit.model.recording import write

FRAME = load.CHUNK
REQUEST = b'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n{"model":"m","stream":true}'


def frame(number: int) -> bytes:
    return (b'data: {"n":%06d,"text":"' % number).ljust(FRAME - 4, b"x") + b'"}\n\n'


def recording(frames: int, gap: float, path: Path) -> None:
    """Return the stream that all servers send."""
    at = [round(gap * 1e9 * (number + 1)) for number in range(frames)]
    exchange = Exchange(
        frames=Frames([frame(number) for number in range(frames)], at, [None] * frames),
        request=Request("POST", "http://x/v1/chat/completions", (), Body("json", {"model": "m", "stream": True})),
        response=Response(0, 200, headers=(("Content-Type", "text/event-stream"),)),
        end=End(at=at[-1], reason="eof"),
        source="client",
        clock="monotonic",
    )
    path.write_bytes(b"".join(write(exchange)))


# --- servers -----------------------------------------------------------------------------------------------------------


def serve_by_hand(frames: int, gap: float) -> None:
    """Run the baseline: a Protocol that only sends this one HTTP response, with one timer per frame."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    pieces = [b"%x\r\n%b\r\n" % (FRAME, frame(number)) for number in range(frames)]

    class Answer(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            self.loop = asyncio.get_running_loop()
            self.epoch, self.next = self.loop.time(), 0
            self.transport.write(head)  # type: ignore[attr-defined]
            self.step()

        def step(self) -> None:
            now = self.loop.time()
            while self.next < frames:
                due = self.epoch + gap * (self.next + 1)
                if due > now:
                    self.loop.call_at(due, self.step)
                    return
                self.transport.write(pieces[self.next])  # type: ignore[attr-defined]
                self.next += 1
            self.transport.write(b"0\r\n\r\n")  # type: ignore[attr-defined]

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", 0, backlog=4096)
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", file=sys.stderr, flush=True)
        await server.serve_forever()

    asyncio.run(run())


def serve_starlette(frames: int, gap: float) -> None:
    """Run Starlette on uvicorn, with or without its optional accelerators."""
    import socket

    import uvicorn
    from starlette.applications import Starlette
    from starlette.responses import StreamingResponse
    from starlette.routing import Route

    pieces = [frame(number) for number in range(frames)]

    async def answer(request: object) -> StreamingResponse:
        loop = asyncio.get_running_loop()
        epoch = loop.time()

        async def body():  # type: ignore[no-untyped-def]
            for number, piece in enumerate(pieces):
                await asyncio.sleep(max(0, epoch + gap * (number + 1) - loop.time()))
                yield piece

        return StreamingResponse(body(), media_type="text/event-stream")

    app = Starlette(routes=[Route("/v1/chat/completions", answer, methods=["POST"])])
    plug = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(f"http://127.0.0.1:{plug.getsockname()[1]}", file=sys.stderr, flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="critical", backlog=4096)).run(sockets=[plug])


def serve_aiohttp(frames: int, gap: float) -> None:
    """Run aiohttp as in its documentation: one task per client, which sleeps and writes."""
    from aiohttp import web

    pieces = [frame(number) for number in range(frames)]

    async def answer(request: web.Request) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        epoch = loop.time()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for number, piece in enumerate(pieces):
            await asyncio.sleep(max(0, epoch + gap * (number + 1) - loop.time()))
            await response.write(piece)
        return response

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", file=sys.stderr, flush=True)
        await asyncio.Event().wait()

    asyncio.run(run())


# --- one run -----------------------------------------------------------------------------------------------------------


def pinned(command: list[str]) -> list[str]:
    """Return the command pinned to the last core, so that the client, on the first one, does not affect it."""
    cores = os.cpu_count() or 1
    return ["taskset", "-c", str(cores - 1), *command] if cores > 1 and shutil.which("taskset") else command


def measured(command: list[str], streams: int, frames: int, gap: float, spread: float) -> list[object]:
    server = subprocess.Popen(pinned(command), stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        found = None
        while found is None:
            line = server.stderr.readline()
            if not line:
                return ["did not start"]
            found = re.search(r"http://[\d.]+:(\d+)", line)
        before = load.cpu(server.pid)
        delays = [spread * number / streams for number in range(streams)]
        seen = load.receive(int(found[1]), [REQUEST] * streams, delays, gap * frames)
        used = load.cpu(server.pid) - before
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.communicate()
    errors: list[float] = []
    later: list[float] = []
    reads = 0
    started = max(one.sent_at for one in seen) + load.START_NS
    for one in seen:
        reads += len(set(one.arrivals()))
        for number, at in enumerate(one.arrivals()[:frames]):
            errors.append((at - one.sent_at) / 1e6 - gap * 1000 * (number + 1))
            if at > started:
                later.append(errors[-1])
    if not errors:
        return ["no frames"]
    p50, p99, steady = load.percentile(errors, 0.5), load.percentile(errors, 0.99), load.percentile(later, 0.99)
    came = f"{len(errors)}/{streams * frames}"
    return [came, p50, p99, steady, max(errors), len(errors) / reads, used / len(errors) * 1e6]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--streams", type=int, nargs="+", default=[100, 1000])
    options.add_argument("--frames", type=int, default=200)
    options.add_argument("--gap", type=float, default=0.020)
    options.add_argument("--spread", type=float, default=1.0, help="seconds over which the requests begin")
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--workers", type=int, default=0, help="also run ours with this number of processes")
    options.add_argument("--beside", metavar="CHECKOUT", help="also run the streamkit of this checkout")
    options.add_argument("--as", dest="role", choices=["hand", "starlette", "aiohttp"], help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.role:
        roles = {"hand": serve_by_hand, "starlette": serve_starlette, "aiohttp": serve_aiohttp}
        roles[given.role](given.frames, given.gap)
        return 0
    if reason := load.missing():
        print(f"skipped: {reason}")
        return 0
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stream.jsonl"
        recording(given.frames, given.gap, file)
        shape = ["--frames", str(given.frames), "--gap", str(given.gap)]
        ours = [sys.executable, "-m", "streamkit", "serve", str(file), "--port", "0"]
        ways = {
            "streamkit serve": ours,
            "asyncio Protocol by hand": [sys.executable, __file__, "--as", "hand", *shape],
            "aiohttp": [sys.executable, __file__, "--as", "aiohttp", *shape],
        }
        if given.beside:
            ways[f"streamkit serve of {given.beside}"] = ["env", "-C", given.beside, *ours]
        if given.workers:
            ways[f"streamkit serve --workers {given.workers}"] = [*ours, "--workers", str(given.workers)]
        missing = [name for name in ("uvicorn", "starlette") if importlib.util.find_spec(name) is None]
        if missing:
            print(f"skipped: Starlette on uvicorn, because {' and '.join(missing)} is not installed")
        else:
            ways["Starlette on uvicorn"] = [sys.executable, __file__, "--as", "starlette", *shape]
        print("skipped: aimock, which keeps no frames: it cuts texts into chunks of its own")
        for streams in given.streams:
            rows = [
                [name, *measured(command, streams, given.frames, given.gap, given.spread)]
                for _ in range(given.rounds)
                for name, command in ways.items()
            ]
            print(f"\n{streams} streams of {given.frames} frames, {given.gap * 1000:g} ms apart; error in ms\n")
            heads = [
                "server",
                "frames",
                "p50",
                "p99",
                "p99 without the start",
                "max",
                "frames per read",
                "CPU per frame, us",
            ]
            print(tabulate(rows, heads, tablefmt="github", floatfmt=".2f"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
