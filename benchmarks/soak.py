"""Run a proxy for a while, and check that nothing is lost, mixed up, left open or accumulated.

    python -m benchmarks.soak [--seconds 60] [--clients 20]

Clients send requests one after another; every third client disconnects in the middle. At the end each complete stream must have
arrived as sent, each exchange must be recorded without damage, and the proxy must have no more descriptors than before and at most
16 MiB more memory than after its first second.
"""

from __future__ import annotations

import argparse
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.torture_kills import EVENTS, STREAMKIT, event, server
from streamkit.model import recording

BODY = b"".join(map(event, range(EVENTS)))
MOST_GROWTH = 16 << 20  # bytes


def ask(url: str, until: float, number: int) -> tuple[int, int]:
    """Send requests until the time is over; return the number of complete and of wrong streams."""
    whole = wrong = sent = 0
    while time.monotonic() < until:
        sent += 1
        with urllib.request.urlopen(url, timeout=60) as answer:
            if (sent + number) % 3 == 0:
                answer.read(1000)
                continue
            right = answer.read() == BODY
        whole += right
        wrong += not right
    return whole, wrong


def memory(process: int) -> int:
    """Return the resident memory of a process, in bytes."""
    fields = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text(encoding="ascii"))
    return int(fields[1]) << 10 if fields else 0


def descriptors(process: int) -> int:
    """Return the number of open files and sockets of a process."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def recorded(folder: Path) -> tuple[int, int]:
    """Return the number of exchanges in the files, and of those that are damaged or have a different body."""
    good = bad = 0
    for path in folder.glob("*.jsonl"):
        with path.open("rb") as file:
            for exchange in recording.read(file, path=str(path)):
                fine = not exchange.damage and exchange.end is not None and BODY.startswith(exchange.frames.body)
                good += fine
                bad += not fine
    return good, bad


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--clients", type=int, default=20)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name, server() as port:
        words = ["proxy", f"http://127.0.0.1:{port}", "--port", "0", "--dir", name]
        with subprocess.Popen([*STREAMKIT, *words], stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            url = next(found[0] for line in process.stderr if (found := re.search(r"http://[\w.]+:\d+", line)))
            with ThreadPoolExecutor(given.clients + 1) as pool:
                errors = pool.submit(process.stderr.read)
                ask(f"{url}/v1", time.monotonic() + 1, 1)
                before = descriptors(process.pid), memory(process.pid)
                until = time.monotonic() + given.seconds
                counts = list(pool.map(lambda number: ask(f"{url}/v1", until, number), range(given.clients)))
                time.sleep(6)  # idle connections to the upstream are kept for four seconds
                after = descriptors(process.pid), memory(process.pid)
                process.send_signal(signal.SIGTERM)
                traces = errors.result().count("Traceback")
        good, bad = recorded(Path(name))
    whole, wrong = (sum(column) for column in zip(*counts, strict=True))
    print(f"{whole} streams complete, {wrong} wrong; {good} recordings good, {bad} bad; {traces} tracebacks")
    print(
        f"descriptors {before[0]} before, {after[0]} after; memory {before[1] >> 10} KiB before, {after[1] >> 10} KiB after"
    )
    failed = wrong or bad or traces or process.returncode or after[0] > before[0] or after[1] > before[1] + MOST_GROWTH
    return 1 if failed or not whole else 0


if __name__ == "__main__":
    sys.exit(main())
