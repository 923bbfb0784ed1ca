"""Measure a database of many streams: the CPU time and the memory of writing its rows, of reports on it, and of adding what it has.

    python benchmarks/bench_store.py [--streams 100000]

The streams of recordings/ are measured and checked in all their ways once; their rows are then written as often as needed, each
with a digest of its own, so that the database grows as if as many streams had been measured. Measuring them takes 0.5 to 2.5 ms
each, which is not included. The folder, of 200 MB for 100,000 streams, is removed at the end.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bench_memory import CHILD, ROOT
from tabulate import tabulate

from streamkit.formats import read
from streamkit.service.keeping import KeepJob, Kept
from streamkit.service.store import Store

REPORTS = {
    "stats FILE": [],
    "stats FILE --by model": ["--by", "model"],
    "stats FILE --fail-if": ["--fail-if", "ttft.p95 > 10s", "--allow-missing"],
}


def resident() -> float:
    """Return the resident size of this process in MB, or 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def written(path: Path, streams: Iterator[Kept]) -> list[object]:
    """Return the row of adding these streams to a database."""
    began, store = time.process_time(), Store(str(path))
    store.add(streams)
    store.close()
    return [time.process_time() - began, resident(), path.stat().st_size / 1e6]


def copies(kept: list[Kept], count: int, first: Callable[[], None]) -> Iterator[Kept]:
    """Yield `count` streams whose digests differ. `first` is called after the first hundredth."""
    for number in range(count):
        if number == count // 100:
            first()
        one = kept[number % len(kept)]
        yield replace(one, content=f"{number // len(kept):06x}{one.content[6:]}")


def reported(path: Path, options: list[str]) -> list[object]:
    """Return the row of a command that reports on a database."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = ["stats", "--no-config", str(path), *options]
    run = subprocess.run([sys.executable, "-c", CHILD, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [seconds, int(run.stderr.split()[-1]) / (1 << 20 if sys.platform == "darwin" else 1 << 10), None]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--streams", type=int, default=100_000)
    count: int = arguments.parse_known_args()[0].streams
    worker = KeepJob().begin()
    paths = sorted((ROOT / "recordings").rglob("*.jsonl"))
    kept = [worker.take(exchange) for path in paths for exchange in read(path)]
    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runs.sqlite"
        early: list[float] = []
        rows.append(["write", *written(path, copies(kept, count, lambda: early.append(resident())))])
        rows.append(["write what it has", *written(path, copies(kept, count, lambda: None))])
        rows += [[name, *reported(path, options)] for name, options in REPORTS.items()]
    print(f"{count:,} streams; writing the first hundredth of them took {sum(early):.0f} MB")
    heads = ["", "CPU s", "µs a stream", "memory MB", "file MB"]
    shown = [[name, cpu, float(str(cpu)) / count * 1e6, *rest] for name, cpu, *rest in rows]
    print(tabulate(shown, heads, floatfmt=(".0f", ".1f", ".0f", ".0f", ".0f"), missingval="-"))
    print(
        "\nTargets: a report on a million streams in under a minute; memory that does not grow while rows are written."
    )


if __name__ == "__main__":
    main()
