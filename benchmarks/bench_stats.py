"""Measure `stats` on recordings, relative to decoding their JSON twice.

    python benchmarks/bench_stats.py [--rounds 9] [--exchanges 30] [--chunks 1000]

A recording contains every payload inside a line, so each line and then each payload must be decoded. The floor is `orjson.loads`
on both, with lines and payloads split beforehand. Each way does one step more than the one above it, from the file to the summary
of all streams, so that the table shows the cost of each step. All run in one process, in shuffled rounds, and are compared with
the floor measured just before and after; the median, minimum and maximum of the rounds are shown. Times are CPU times of this
process.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson
from tabulate import tabulate

from streamkit import collector
from streamkit.apis import interpret
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console
from streamkit.formats import read
from streamkit.metrics import METRICS, measure
from streamkit.model.exchange import Body, End, Exchange, Frames, Request, Response
from streamkit.model.recording import write
from streamkit.service.measuring import Run, Wanted

TARGET = 1.6
WORDS = [" hello", " the", " of", "ing", ",", " événement", " 世界", "\n\n", ' "quoted"', " antidisestablishment"]


def chunk(rng: random.Random, **delta: object) -> dict[str, object]:
    return {
        "id": "chatcmpl-0123456789abcdefghijklmnopqrs", "object": "chat.completion.chunk", "created": 1764000000,
        "model": "gpt-4o-mini-2024-07-18", "service_tier": "default", "system_fingerprint": "fp_0123456789",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}],
        "usage": None, "obfuscation": f"{rng.getrandbits(64):x}"[: rng.randint(2, 12)],
    }  # fmt: skip


def payloads(rng: random.Random, chunks: int) -> list[bytes]:
    usage = {"prompt_tokens": 9, "completion_tokens": chunks, "total_tokens": chunks + 9}
    found = [chunk(rng, role="assistant", content="", refusal=None)]
    found += [chunk(rng, content=rng.choice(WORDS)) for _ in range(chunks)]
    last = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}
    found += [{**chunk(rng), "choices": [last]}, {**chunk(rng), "choices": [], "usage": usage}]
    return [orjson.dumps(one) for one in found]


def exchange(rng: random.Random, data: list[bytes]) -> Exchange:
    frames = [b"data: " + one + b"\n\n" for one in [*data, b"[DONE]"]]
    at, times = 200_000_000, []
    for _ in frames:
        at += rng.randrange(5_000_000, 30_000_000)
        times.append(at)
    body = Body("json", {"model": "gpt-4o-mini", "stream": True, "messages": []})
    return Exchange(
        frames=Frames(frames, times, [None] * len(frames)),
        request=Request(
            "POST", "https://api.openai.com/v1/chat/completions", (("content-type", "application/json"),), body
        ),
        response=Response(150_000_000, 200, headers=(("content-type", "text/event-stream"),)),
        end=End(at=at, reason="eof"),
        source="client",
        clock="monotonic",
        recorded_at="2026-11-20T20:19:54.120031Z",
    )


def cpu(work: Callable[[], None]) -> float:
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def ways(path: str) -> dict[str, Callable[[], None]]:
    """Return the variants; each except the last does one step more than the one before."""

    def only_read() -> None:
        for _ in read(path, on_demand=True):
            pass

    def understood() -> None:
        for one in read(path, on_demand=True):
            interpret(one, on_demand=True)

    def measured() -> None:
        metrics = [entry for entry in METRICS.values() if entry.shown != "requested"]
        for one in read(path, on_demand=True):
            measure(interpret(one, on_demand=True), metrics)

    def whole(wanted: Wanted) -> None:
        run = Run(wanted)
        for _ in run.rows(Inputs([path], Console(quiet=True)).streams(on_demand=True)):
            pass
        run.summaries()

    return {
        "read": only_read,
        "read, interpret": understood,
        "read, interpret, measure": measured,
        "stats (rows and summary)": lambda: whole(Wanted(in_table=True, histograms=False)),
        "stats --format json (all metrics, histograms)": lambda: whole(Wanted()),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=9)
    arguments.add_argument("--exchanges", type=int, default=30)
    arguments.add_argument("--chunks", type=int, default=1000)
    given, _ = arguments.parse_known_args()
    collector.relax()  # as in the command; also for the baseline
    rng = random.Random(7)
    data = [payloads(rng, given.chunks) for _ in range(given.exchanges)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.jsonl"
        path.write_bytes(b"".join(line for one in data for line in write(exchange(rng, one))))
        lines = path.read_bytes().split(b"\n")[:-1]
        flat = [one for ones in data for one in ones]

        def floor() -> None:
            loads = orjson.loads
            for line in lines:
                loads(line)
            for one in flat:
                loads(one)

        print(table(ways(str(path)), floor, given.rounds, len(flat)))
        print(f"\nTarget: {TARGET} times the floor. {len(flat):,} chunks, {path.stat().st_size / 1e6:.1f} MB.")


def table(ways: dict[str, Callable[[], None]], floor: Callable[[], None], rounds: int, chunks: int) -> str:
    names = list(ways)
    order = random.Random(3)
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for work in (floor, *ways.values()):
        work()  # warms caches and imports
    floors = []
    for _ in range(rounds):
        order.shuffle(names)
        before = cpu(floor)
        for name in names:
            seconds, after = cpu(ways[name]), cpu(floor)
            results[name].append((seconds, 2 * seconds / (before + after)))
            floors.append(after)
            before = after
    rows = [["floor: loads(line), loads(payload)", f"{statistics.median(floors) / chunks * 1e6:.2f}", "1.00", ""]]
    for name in ways:
        ratios = sorted(ratio for _, ratio in results[name])
        seconds = statistics.median(seconds for seconds, _ in results[name])
        spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
        rows.append([name, f"{seconds / chunks * 1e6:.2f}", f"{statistics.median(ratios):.2f}", spread])
    return tabulate(rows, headers=["way", "µs per chunk", "times the floor", "min to max"], disable_numparse=True)


if __name__ == "__main__":
    main()
