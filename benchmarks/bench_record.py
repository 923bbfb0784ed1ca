"""Measure the precision of recorded times, compared with the clock of the server, and of replay, compared with the recording.

    python benchmarks/bench_record.py [--chunks 200] [--gap 0.010] [--rounds 3]

A server on this machine sends chunks at regular intervals, each with its send time (the same monotonic clock). `streamkit record`
records them over a real socket; the gaps between frames and the time to first token are compared with the times of the server.
Then `streamkit serve` plays the recording, which is recorded again: frames and bytes must be the same, and the gaps are compared
with those of the first recording. Differences are in milliseconds: median, 99th percentile, maximum.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson
from aiohttp import web
from tabulate import tabulate

from streamkit.apis import interpret
from streamkit.metrics import METRICS, measure
from streamkit.model import recording
from streamkit.model.exchange import Exchange
from streamkit.model.measurement import percentile

STREAMKIT = [sys.executable, "-m", "streamkit"]
BODY = '{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}'


def chunk(content: str, sent: int, received: int) -> bytes:
    """Return a chat chunk with its send time and the arrival time of its request."""
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
    value = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + orjson.dumps(value | {"sent": sent, "asked": received}) + b"\n\n"


@contextmanager
def emitting(chunks: int, gap: float) -> Iterator[str]:
    """Run a server that sends chunks at a fixed interval, by absolute deadlines."""

    async def answer(request: web.Request) -> web.StreamResponse:
        received = time.monotonic_ns()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for number in range(chunks):
            left = received / 1e9 + gap * (number + 1) - time.monotonic()
            await asyncio.sleep(max(left, 0))
            await response.write(chunk(f"w{number} ", time.monotonic_ns(), received))
        await response.write(b"data: [DONE]\n\n")
        return response

    loop = asyncio.new_event_loop()
    ready = threading.Event()
    place: list[int] = []

    async def main() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        place.append(runner.addresses[0][1])
        ready.set()
        await asyncio.Event().wait()

    threading.Thread(target=lambda: loop.run_until_complete(main()), daemon=True).start()
    ready.wait()
    yield f"http://127.0.0.1:{place[0]}"


@contextmanager
def served(path: Path) -> Iterator[str]:
    """Run `streamkit serve` with this recording."""
    server = subprocess.Popen([*STREAMKIT, "serve", str(path), "--port", "0"], stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        for line in server.stderr:
            if found := re.search(r"http://[\w.]+:\d+", line):
                yield found.group()
                return
        raise SystemExit("the server did not start")
    finally:
        server.terminate()
        server.wait()


def record(url: str, path: Path) -> Exchange:
    """Record one stream and read it back."""
    words = ["record", f"{url}/v1/chat/completions", "--json", BODY, "--show", "none", "-q", "-o", str(path)]
    subprocess.run([*STREAMKIT, *words], check=True)
    with path.open("rb") as file:
        return next(recording.read(file, path=str(path)))


def gaps(times: Sequence[int | None]) -> list[int]:
    """Return the gaps between these times, which must not be None."""
    known = [at for at in times if at is not None]
    return [after - before for before, after in itertools.pairwise(known)]


def compare(what: str, one: Sequence[int], other: Sequence[int]) -> list[str]:
    """Return a row of the table: the differences, value by value."""
    apart = sorted(abs(a - b) / 1e6 for a, b in zip(one, other, strict=True))
    return [
        what,
        str(len(apart)),
        *(f"{value:.3f}" for value in (percentile(apart, 50), percentile(apart, 99), apart[-1])),
    ]


def joined(rounds: Iterable[list[int]]) -> list[int]:
    """Return the values of all rounds."""
    return list(itertools.chain.from_iterable(rounds))


def first_token(exchange: Exchange) -> int:
    """Return the time to first token from `stats` (ns)."""
    samples = measure(interpret(exchange), [METRICS["time_to_first_token"]]).samples["time_to_first_token"]
    return int(samples.values[0])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--chunks", type=int, default=200)
    arguments.add_argument("--gap", type=float, default=0.010)
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    recorded: list[tuple[list[int], list[int]]] = []
    after: list[tuple[int, int]] = []
    firsts: list[tuple[int, int]] = []
    again: list[tuple[list[int], list[int]]] = []
    with tempfile.TemporaryDirectory() as folder, emitting(given.chunks, given.gap) as url:
        for number in range(given.rounds):
            path = Path(folder) / f"{number}.jsonl"
            exchange = record(url, path)
            payloads = [orjson.loads(data[6:]) for data in exchange.frames.data[:-1] if data.startswith(b"data: {")]
            assert len(payloads) == given.chunks, "one frame per chunk"
            recorded.append((gaps(exchange.frames.at[: given.chunks]), gaps([one["sent"] for one in payloads])))
            # The server cannot measure name resolution and connect: compare the time including them, as in `stats`, and the time since sending.
            firsts.append((first_token(exchange), payloads[0]["sent"] - payloads[0]["asked"]))
            after.append((first_token(exchange) - (exchange.sent_at or 0), payloads[0]["sent"] - payloads[0]["asked"]))
            with served(path) as mock:
                second = record(mock, Path(folder) / f"{number}-again.jsonl")
            assert list(second.frames.data) == list(exchange.frames.data), "the same frames"
            again.append((gaps(second.frames.at), gaps(exchange.frames.at)))
    rows = [
        compare("gaps: recording against the server's clock", *map(joined, zip(*recorded, strict=True))),
        compare("first token as stats gives it, against the server's clock", *zip(*firsts, strict=True)),
        compare("first token after sending, against the server's clock", *zip(*after, strict=True)),
        compare("gaps: served and recorded again", *map(joined, zip(*again, strict=True))),
    ]
    print(tabulate(rows, headers=["differences in ms", "n", "median", "p99", "max"], disable_numparse=True))


if __name__ == "__main__":
    main()
