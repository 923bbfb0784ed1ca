"""What the recording proxy adds to each chunk's way: the same paced streams direct and through it, in one run.

    python benchmarks/bench_proxy.py [--streams 1 100] [--frames 200] [--gap 0.020] [--rounds 3]

The upstream is `streamkit serve`, in a process of its own; the proxy is another and writes a recording of every stream.
The client holds each chunk's arrival against its deadline, counted from its request. Added is the difference of the
percentiles, through the proxy less direct, in milliseconds: the median of the rounds. Everything goes over loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench_serve import load, recording
from tabulate import tabulate

STREAMKIT = [sys.executable, "-m", "streamkit"]


@contextmanager
def running(*words: str) -> Iterator[int]:
    """A command that listens, until the context ends; gives its port."""
    process = subprocess.Popen([*STREAMKIT, *words, "--port", "0"], stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"on http://[\d.]+:(\d+)", line)
        assert found, line
        yield int(found[1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def percentiles(port: int, streams: int, frames: int, gap: float) -> tuple[float, float, int]:
    """Median and 99th percentile of the error in milliseconds, and how many frames came."""
    seen = asyncio.run(load(port, streams, frames, gap, 1.0))
    errors = sorted(error * 1000 for one in seen for error in one.errors)
    return errors[len(errors) // 2], errors[min(len(errors) - 1, round(len(errors) * 0.99))], len(errors)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--streams", type=int, nargs="+", default=[1, 100])
    options.add_argument("--frames", type=int, default=200)
    options.add_argument("--gap", type=float, default=0.020)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    print("skipped: mitmproxy and aimock, which are programs of their own and no part of this environment")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stream.jsonl"
        recording(given.frames, given.gap, file)
        with running("serve", str(file)) as upstream:
            for streams in given.streams:
                ways: dict[str, list[tuple[float, float, int]]] = {"direct": [], "streamkit proxy": []}
                for _ in range(given.rounds):
                    ways["direct"].append(percentiles(upstream, streams, given.frames, given.gap))
                    words = ["proxy", f"http://127.0.0.1:{upstream}", "--dir", str(Path(folder) / "recordings")]
                    with running(*words) as proxy:
                        ways["streamkit proxy"].append(percentiles(proxy, streams, given.frames, given.gap))
                added = [
                    statistics.median(
                        through[part] - direct[part] for direct, through in zip(*ways.values(), strict=True)
                    )
                    for part in (0, 1)
                ]
                for name, rounds in ways.items():
                    p50, p99 = (statistics.median(one[part] for one in rounds) for part in (0, 1))
                    came = f"{min(one[2] for one in rounds)}/{streams * given.frames}"
                    rows.append([streams, name, came, p50, p99, *(added if name != "direct" else [None, None])])
    heads = ["streams", "way", "frames", "p50", "p99", "added p50", "added p99"]
    print(tabulate(rows, heads, tablefmt="github", floatfmt=".2f"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
