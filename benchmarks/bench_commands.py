"""Measure whole commands over one recording: their CPU time, relative to the two `orjson.loads` that nothing can avoid.

    python benchmarks/bench_commands.py [--rounds 3] [--exchanges 240] [--chunks 700]

The floor parses each line of the recording and each payload once, and keeps nothing. Each command is a process of its own,
start-up included, whose user and system time is taken; the commands run in turn, and the least of the rounds is shown. `--help`
is what start-up alone takes.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bench_stats
import orjson
from tabulate import tabulate

from streamkit.model.recording import write

ROOT = Path(__file__).parents[1]
TARGETS = {"stats": 1.6, "stats --format json": 2.2, "lint": 3.0, "reassemble --text": 2.0, "inspect": 4.0}
TARGETS |= {"convert --to har": 6.0, "convert --to recording": 6.0, "redact --check": 5.0}


def commands(path: str, folder: Path) -> dict[str, list[str]]:
    """Return the commands by what they are called in the table."""
    return {
        "--help": ["--help"],
        "stats": ["stats", path],
        "stats --format json": ["stats", "--format", "json", path],
        "lint": ["lint", path],
        "reassemble --text": ["reassemble", "--text", path],
        "inspect": ["inspect", path],
        "convert --to har": ["convert", "--to", "har", "--force", "-o", str(folder / "a.har"), path],
        "convert --to recording": ["convert", "--to", "recording", "--force", "-o", str(folder / "a.jsonl"), path],
        "redact --check": ["redact", "--check", path],
    }


def cpu_s(words: list[str], bytecode: str) -> float:
    """Return the user and system time of a command in seconds."""
    env = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = [sys.executable, "-c", "from streamkit.__main__ import main; main()", *words]
    subprocess.run(run, cwd=ROOT, env=env, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def floor_s(lines: list[bytes], payloads: list[bytes]) -> float:
    """Return the CPU time in seconds of parsing every line and every payload."""
    gc.collect()
    start = time.process_time()
    for line in lines:
        orjson.loads(line)
    for payload in payloads:
        orjson.loads(payload)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--exchanges", type=int, default=240)
    parser.add_argument("--chunks", type=int, default=700)
    given = parser.parse_args()
    rng = random.Random(7)
    data = [bench_stats.payloads(rng, given.chunks) for _ in range(given.exchanges)]
    flat = [payload for one in data for payload in one]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "run.jsonl"
        path.write_bytes(b"".join(line for one in data for line in write(bench_stats.exchange(rng, one))))
        lines = path.read_bytes().splitlines(keepends=True)
        wanted = commands(str(path), folder)
        taken: dict[str, float] = {}
        floor = floor_s(lines, flat)
        for turn in range(given.rounds + 1):
            floor = min(floor, floor_s(lines, flat))
            for label, words in wanted.items():
                spent = cpu_s(words, str(folder / "bytecode"))
                if turn:  # the first round fills the disk cache and writes the bytecode
                    taken[label] = min(taken.get(label, spent), spent)
        rows = [["floor", f"{floor:.3f}", "1.00", ""]]
        rows += [[label, f"{s:.3f}", f"{s / floor:.2f}", TARGETS.get(label, "")] for label, s in taken.items()]
        print(f"{len(flat):,} chunks, {path.stat().st_size / 1e6:.1f} MB, the least of {given.rounds} rounds\n")
    print(tabulate(rows, ["command", "CPU s", "× floor", "target"], disable_numparse=True))


if __name__ == "__main__":
    main()
