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
CHILD = """
import resource, sys
from streamkit.__main__ import main
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def peak(command: str, path: Path) -> tuple[float, float]:
    """Return the peak resident size of one run in MB, and its duration in seconds."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-c", CHILD, command, str(path)], env=env, capture_output=True, text=True, check=False
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
    print(tabulate(rows, ["command", "input", "peak MB", "peak MB of one exchange", "MB/s, whole run"], floatfmt=".0f"))
    print(f"\nTarget: under {TARGET} MB.")


if __name__ == "__main__":
    main()
