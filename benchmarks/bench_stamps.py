"""Measure the arrival times that `record` and `proxy` write, against the sender's clock: on an idle and on a busy processor.

    python benchmarks/bench_stamps.py [--frames 500] [--gap 0.005] [--loops 4] [--rounds 1]

The upstream (`load.py`) writes the send time into each chunk. The error of a frame is its time in the recording minus
that time, minus the smallest such difference of the run, in microseconds. The baseline is an asyncio Protocol that reads the
monotonic clock in `data_received`. Programs under test and busy loops share the last core; the upstream runs on the first.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bench_proxy
import load
from tabulate import tabulate

from streamkit.model import recording

BODY = '{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}'
ASK = bench_proxy.ASK % (len(BODY), BODY.encode())
SPIN = "while True: pass"


def last_core() -> list[str]:
    """Return the prefix that runs a command on the last core."""
    return ["taskset", "-c", str((os.cpu_count() or 1) - 1)]


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """Keep the last core busy with this number of processes."""
    running = [subprocess.Popen([*last_core(), sys.executable, "-c", SPIN]) for _ in range(loops)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def errors_of(frames: list[tuple[int, bytes]]) -> list[float]:
    """Return the error of each frame (µs), relative to the smallest one."""
    late = [at - int(found[1]) for at, data in frames for found in bench_proxy.SENT.finditer(data)]
    return [(one - min(late)) / 1000 for one in late]


def recorded(path: Path) -> list[tuple[int, bytes]]:
    """Return the frames of the first exchange of a recording, with their times."""
    with path.open("rb") as file:
        frames = next(recording.read(file, path=str(path))).frames
    return [(at, data) for at, data in zip(frames.at, frames.data, strict=True) if at is not None]


def record(url: str, folder: Path) -> list[tuple[int, bytes]]:
    """Record one stream with `streamkit record`."""
    path = folder / "record.jsonl"
    program = [sys.executable, "-m", "streamkit", "record", f"{url}/v1/chat/completions", "--json", BODY]
    # The exit code is 1, because a stream of equal chunks is not complete.
    subprocess.run([*last_core(), *program, "--show", "none", "-q", "--force", "-o", str(path)], check=False)
    return recorded(path)


def proxy(url: str, folder: Path) -> list[tuple[int, bytes]]:
    """Record one stream with `streamkit proxy`."""
    with tempfile.TemporaryDirectory(dir=folder) as into:
        command = [*bench_proxy.STREAMKIT, url, "--dir", into]
        with bench_proxy.running(command, core=(os.cpu_count() or 1) - 1) as (port, _):
            load.receive(port, [ASK], [0.0], 60.0)
        return recorded(next(Path(into).glob("*.jsonl")))


class UserClock(asyncio.Protocol):
    """A client that reads the clock when it receives data."""

    def __init__(self) -> None:
        self.reads: list[tuple[int, bytes]] = []
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(ASK)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.reads.append((time.monotonic_ns(), data))
        if data.endswith(load.LAST_CHUNK):
            self.done.set_result(None)


def user_clock(url: str, _: Path) -> list[tuple[int, bytes]]:
    """Receive one stream with asyncio, in a process on the last core."""
    program = [sys.executable, __file__, "--as-client", url.rpartition(":")[2]]
    lines = subprocess.run([*last_core(), *program], check=True, capture_output=True).stdout.splitlines()
    return [(int(at), bytes.fromhex(data.decode())) for at, data in map(bytes.split, lines)]


async def client(port: int) -> None:
    """Print the time of each read, and its data in hexadecimal."""
    _, protocol = await asyncio.get_running_loop().create_connection(UserClock, "127.0.0.1", port)
    await protocol.done
    for at, data in protocol.reads:
        print(at, data.hex())


def sender(frames: int, gap: float) -> list[tuple[int, bytes]]:
    """Send chunks as the upstream does; return them with the time at which the system call returned."""
    sent = []
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as reader,
    ):
        writer, _ = listening.accept()
        with writer:
            writer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            due = time.monotonic()
            for number in range(frames):
                due += gap
                while (left := due - time.monotonic()) > 0:
                    time.sleep(left)
                data = bench_proxy.chunk(number)
                writer.send(data)
                sent.append((time.monotonic_ns(), data))
                reader.recv(load.CHUNK * 2)
    return sent


WAYS: dict[str, Callable[[str, Path], list[tuple[int, bytes]]]] = {
    "streamkit record": record,
    "streamkit proxy": proxy,
    "asyncio, user clock": user_clock,
}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--frames", type=int, default=500)
    options.add_argument("--gap", type=float, default=0.005)
    options.add_argument("--loops", type=int, default=4, help="busy loops beside the program")
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--as-client", type=int, metavar="PORT", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.as_client:
        asyncio.run(client(given.as_client))
        return 0
    if reason := load.missing():
        print(f"skipped: {reason}")
        return 0
    os.sched_setaffinity(0, {0})
    shape = ["--frames", str(given.frames), "--gap", str(given.gap)]
    upstream_program = [sys.executable, bench_proxy.__file__, "--as-upstream", *shape]
    rows = []
    with tempfile.TemporaryDirectory() as folder, bench_proxy.running(upstream_program) as upstream:
        url = f"http://127.0.0.1:{upstream[0]}"
        ways = {**WAYS, "the sender itself": lambda *_: sender(given.frames, given.gap)}
        for loops in (0, given.loops):
            for name, way in ways.items():
                for _ in range(given.rounds):
                    with busy(loops):
                        errors = errors_of(way(url, Path(folder)))
                    parts = [load.percentile(errors, share) for share in (0.5, 0.9, 0.99, 1.0)]
                    rows.append([loops, name, f"{len(errors)}/{given.frames}", *parts])
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; errors in microseconds\n")
    print(tabulate(rows, ["busy loops", "way", "frames", "p50", "p90", "p99", "max"], "github", floatfmt=".0f"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
