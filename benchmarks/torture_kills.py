"""Kill recorders at random moments, and count events that were forwarded but not written to disk. The result must be 0.

    python -m benchmarks.torture_kills [--kills 3000] [--seed 1] [--jobs 2]

Each run streams events from a server on this machine through `record`, `record -` or `proxy` (a folder, one file), with the
known key formats or with a custom pattern, and kills the recorder with SIGKILL after a random time. Texts end with possible
beginnings of a secret. An event counts as forwarded once its blank line was written to stdout or reached the client of the
proxy; it counts as recorded if the file contains it completely, as JSON, with possible secrets masked.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import orjson
from tabulate import tabulate

from streamkit.errors import UnreadableInput
from streamkit.model import recording
from streamkit.wire import sse

STREAMKIT = [sys.executable, "-m", "streamkit"]
OWN_PATTERN = ["--redact", "ACME-[0-9]+"]
ENDINGS = ["word", " sk", "-", " sk-", "ant-", "\\n", " a", " eyJ", "1", " AKIA", ": ", "é", " https://me:", "ACME-"]
EVENTS = 400
GAP = 0.0015  # seconds between events


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one kill: forwarded events, those of them that are in no file, and unreadable files."""

    passed_on: int
    lost: int
    unreadable: int


def event(number: int) -> bytes:
    text = ENDINGS[number % len(ENDINGS)]
    return b'data: {"number":%d,"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n' % (number, text.encode())


@contextlib.contextmanager
def server() -> Iterator[int]:
    """Run a server that streams events to all clients; yield its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            for number in range(EVENTS):
                data = event(number)
                writer.write(b"%x\r\n%b\r\n" % (len(data), data))
                await writer.drain()
                await asyncio.sleep(GAP)
            writer.write(b"0\r\n\r\n")
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(asyncio.start_server(answer, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        loop.run_until_complete(_end_all(asyncio.all_tasks(loop)))
        loop.close()


async def _end_all(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)  # let connections notice that they are closed


def numbers(body: bytes) -> set[int]:
    """Return the numbers of the complete events in these bytes."""
    found = set()
    for data in sse.decode(body[: body.rfind(b"\n\n") + 2]).data:
        with contextlib.suppress(orjson.JSONDecodeError):
            found.add(orjson.loads(data)["number"])
    return found


def recorded(folder: Path) -> tuple[list[set[int]], int]:
    """Return the events of each exchange in the files of this folder, and the number of unreadable files."""
    exchanges, unreadable = [], 0
    for path in folder.glob("*.jsonl*"):
        if not path.stat().st_size:
            continue
        try:
            with path.open("rb") as file:
                exchanges += [numbers(exchange.frames.body) for exchange in recording.read(file, path=str(path))]
        except UnreadableInput:
            unreadable += 1
    return exchanges, unreadable


def kill_record(url: str, folder: Path, options: list[str], chance: random.Random) -> Result:
    words = ["record", url, "--show", "raw", "-q", "-o", str(folder / "run.jsonl"), *options]
    return _kill_command(words, None, folder, chance)


def kill_pipe(url: str, folder: Path, options: list[str], chance: random.Random) -> Result:
    with subprocess.Popen([sys.executable, "-c", _CAT, url], stdout=subprocess.PIPE) as source:
        try:
            words = ["record", "-", "--show", "raw", "-q", "-o", str(folder / "run.jsonl"), *options]
            return _kill_command(words, source.stdout, folder, chance)
        finally:
            source.kill()


_CAT = """
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1]) as answer:
    while data := answer.read1(65536):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
"""


def _kill_command(words: list[str], stdin: object, folder: Path, chance: random.Random) -> Result:
    with subprocess.Popen([*STREAMKIT, *words], stdin=stdin, stdout=subprocess.PIPE) as process:  # type: ignore[call-overload]
        assert process.stdout is not None
        seen = process.stdout.read1(1)  # the stream has started
        timer = threading.Timer(chance.uniform(0, EVENTS * GAP), process.send_signal, [signal.SIGKILL])
        timer.start()
        seen += process.stdout.read()
        timer.cancel()
    held, unreadable = recorded(folder)
    passed_on = numbers(seen)
    return Result(len(passed_on), len(passed_on - set().union(*held)), unreadable)


def kill_proxy(url: str, folder: Path, options: list[str], chance: random.Random) -> Result:
    words = ["proxy", url, "--port", "0", *options]
    with subprocess.Popen([*STREAMKIT, *words], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = next(found[0] for line in process.stderr if (found := re.search(r"http://[\w.]+:\d+", line)))
        begun = threading.Event()
        with ThreadPoolExecutor(4) as clients:
            answers = [clients.submit(_client, f"{address}/v1/chat/completions", begun) for _ in range(4)]
            begun.wait(60)
            timer = threading.Timer(chance.uniform(0, EVENTS * GAP), process.send_signal, [signal.SIGKILL])
            timer.start()
            seen = [client.result() for client in answers]
            timer.cancel()
        process.kill()
    held, unreadable = recorded(folder)
    # All clients saw the same events: each is matched with the exchange that has the most.
    held.sort(key=len, reverse=True)
    passed_on = sorted((numbers(body) for body in seen), key=len, reverse=True)
    held += [set()] * (len(passed_on) - len(held))
    lost = sum(len(one - other) for one, other in zip(passed_on, held, strict=False))
    return Result(sum(map(len, passed_on)), lost, unreadable)


def _client(url: str, begun: threading.Event) -> bytes:
    seen = b""
    with contextlib.suppress(OSError, HTTPException), urllib.request.urlopen(url, timeout=30) as answer:
        while data := answer.read1(65536):
            seen += data
            begun.set()
    return seen


def ways(folder: Path) -> dict[str, tuple[object, list[str]]]:
    """Return the ways to record, with their options."""
    return {
        "record": (kill_record, []),
        "record, own pattern": (kill_record, OWN_PATTERN),
        "record -": (kill_pipe, []),
        "record -, own pattern": (kill_pipe, OWN_PATTERN),
        "proxy, folder": (kill_proxy, ["--dir", str(folder)]),
        "proxy, folder, own pattern": (kill_proxy, ["--dir", str(folder), *OWN_PATTERN]),
        "proxy, one file": (kill_proxy, ["-o", str(folder / "all.jsonl")]),
        "proxy, one file, own pattern": (kill_proxy, ["-o", str(folder / "all.jsonl"), *OWN_PATTERN]),
    }


def one_kill(way: str, url: str, seed: int) -> Result:
    with tempfile.TemporaryDirectory() as name:
        kill, options = ways(Path(name))[way]
        return kill(url, Path(name), options, random.Random(seed))  # type: ignore[operator, no-any-return]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--kills", type=int, default=3000, help="total number, divided among the ways to record")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--jobs", type=int, default=2, help="number of concurrent kills")
    arguments.add_argument("--way", action="append", help="only this one (record, 'proxy, folder', …)")
    given = arguments.parse_args()
    chosen = given.way or list(ways(Path()))
    began = time.monotonic()
    rows, lost = [], 0
    with server() as port, ThreadPoolExecutor(given.jobs) as pool:
        url = f"http://127.0.0.1:{port}/v1"
        for way in chosen:
            seeds = range(given.seed, given.seed + given.kills // len(chosen))
            results = list(pool.map(lambda seed, way=way: one_kill(way, url, seed), seeds))  # type: ignore[misc]
            lost += sum(result.lost for result in results)
            columns = zip(*((r.passed_on, r.lost, r.unreadable) for r in results), strict=True)
            rows.append([way, len(results), *map(sum, columns), sum(bool(r.lost) for r in results)])
            print(f"{time.monotonic() - began:.0f} s: {rows[-1]}", file=sys.stderr, flush=True)
    print(tabulate(rows, ["way", "kills", "events forwarded", "events lost", "unreadable files", "kills with a loss"]))
    print(f"\n{time.monotonic() - began:.0f} s")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
