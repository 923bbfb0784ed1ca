"""Measure the memory needed for large inputs: the peak resident size of whole commands, for one file and for many.

    python benchmarks/bench_memory.py [--megabytes 1000]

A recording of that size, with many exchanges, is written to a temporary folder, and the same exchanges as single files to another.
The memory for one exchange is shown too; the difference grows with the input. Both folders are removed at the end.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_stats import exchange, payloads
from tabulate import tabulate

from streamkit.model.recording import write

ROOT = Path(__file__).parents[1]
TARGET = 120
# On Linux, `ru_maxrss` is at least what the process that started this one had then; VmHWM is not.
CHILD = """
import resource, sys
from pathlib import Path
from streamkit.__main__ import main
try:
    main()
finally:
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    peaks = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    print(*(peaks or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]), file=sys.stderr)
"""


def peak(*words: str | Path) -> tuple[float, float]:
    """Return the peak resident size of one run of a command in MB, and its duration in seconds."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, words)], env=env, capture_output=True, text=True, check=False
    )
    kilobytes = int(run.stderr.split()[-1]) / (1024 if sys.platform == "darwin" else 1)
    return kilobytes / 1024, time.monotonic() - start


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--megabytes", type=int, default=1000)
    given, _ = arguments.parse_known_args()
    rng = random.Random(7)
    samples = [b"".join(write(exchange(rng, payloads(rng, 1000)))) for _ in range(20)]
    count = given.megabytes * 1_000_000 // len(samples[0])
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        one, big, many = Path(folder) / "one.jsonl", Path(folder) / "big.jsonl", Path(folder) / "many"
        one.write_bytes(samples[0])
        many.mkdir()
        with big.open("wb") as file:
            for number in range(count):
                file.write(samples[number % len(samples)])
                (many / f"{number:06}.jsonl").write_bytes(samples[number % len(samples)])
        size = big.stat().st_size
        for command in ("stats", "lint"):
            least, _ = peak(command, one)
            for what, path in ((f"one file of {size / 1e6:,.0f} MB", big), (f"{count:,} files", many)):
                memory, seconds = peak(command, path)
                rows.append([command, what, memory, least, size / seconds / 1e6])
        shown = whole_inputs(rng, Path(folder), min(110, max(given.megabytes // 3, 1)))
    print(tabulate(rows, ["command", "input", "peak MB", "peak MB of one exchange", "MB/s, whole run"], floatfmt=".0f"))
    print(f"\nTarget: under {TARGET} MB.\n")
    print(tabulate(shown, ["command", "input", "peak MB", "page MB"], floatfmt=".1f", missingval="-"))
    print("\nTargets: a page of 1 MB, 100 MB of memory; diff: memory that does not grow with the file.")


def whole_inputs(rng: random.Random, folder: Path, streams: int) -> list[list[object]]:
    """Return the rows of commands that show all streams of a recording, for streams of 700 chunks."""
    rows: list[list[object]] = []
    page = folder / "page.html"
    for count in sorted({max(streams // 4, 1), streams}):
        path = folder / f"{count}.jsonl"
        path.write_bytes(b"".join(line for _ in range(count) for line in write(exchange(rng, payloads(rng, 700)))))
        what = f"{count} streams, {path.stat().st_size / 1e6:.0f} MB"
        memory, _ = peak("stats", "--html", page, path)
        rows.append(["stats --html", what, memory, page.stat().st_size / 1e6])
        page.unlink()
        rows.append(["diff", what, peak("diff", path, path)[0], None])
    return rows


if __name__ == "__main__":
    main()
