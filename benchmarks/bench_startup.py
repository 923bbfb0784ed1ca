"""Measure start-up: the CPU time of whole processes, relative to `python -c "import click"` in the same run.

    python benchmarks/bench_startup.py [--rounds 15]

The commands run in turn in each round, so that changes in the speed of the machine affect all of them; the median of the ratios
per round is shown. Bytecode is cached in a temporary folder, as in an installation, regardless of the environment.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tabulate import tabulate

ROOT = Path(__file__).parents[1]
FLOOR = 'python -c "import click"'
CHUNK = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1790000000,"model":"model-s",'
    b'"system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}]}\n\n'
)
START = "Targets: streamkit --help at most 1.5 times the floor, lint of a 50 kB file at most 2 times --help."


def cpu_s(command: list[str], bytecode: str) -> float:
    """Return the CPU time of one run of a command, user and system, in seconds."""
    env = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode, "STREAMKIT_NO_PLUGINS": ""}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, env=env, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        stream = Path(folder) / "stream.sse"
        stream.write_bytes(CHUNK * (50_000 // len(CHUNK)) + b"data: [DONE]\n\n")
        run = [sys.executable, "-c", "from streamkit.__main__ import main; main()"]
        commands = {
            FLOOR: [sys.executable, "-c", "import click"],
            "streamkit --help": [*run, "--help"],
            "streamkit lint 50kB.sse": [*run, "lint", str(stream)],
            "streamkit stats 50kB.sse": [*run, "stats", str(stream)],
            "streamkit inspect 50kB.sse": [*run, "inspect", str(stream)],
        }
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(rounds + 1):
            for name, command in commands.items():
                spent = cpu_s(command, str(Path(folder) / "bytecode"))
                if turn:  # the first round fills the disk cache and writes the bytecode
                    taken[name].append(spent)
    print(START + "\n")
    print(tabulate(rows(taken), headers=["command", "CPU ms", "times the floor", "times --help"], floatfmt=".2f"))


def rows(taken: dict[str, list[float]]) -> list[list[object]]:
    """Return a row per command: median milliseconds, and median ratios to the baseline and to `--help` in the same rounds."""
    return [
        [
            name,
            statistics.median(times) * 1000,
            statistics.median(a / b for a, b in zip(times, taken[FLOOR], strict=True)),
            statistics.median(a / b for a, b in zip(times, taken["streamkit --help"], strict=True)),
        ]
        for name, times in taken.items()
    ]


if __name__ == "__main__":
    main()
