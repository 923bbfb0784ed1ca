"""Run all benchmarks in this folder and print their tables (`make bench`), or those of one `--group`.

    python benchmarks/run.py [--smoke] [--group http]

Each benchmark is a program `bench_*.py` that prints its measurements as a ratio to a floor or a peer in the same run.
With `--smoke`, each runs as briefly as possible: the figures are meaningless, but show that it still works. The group `http`
is the table of serving, passing on and arrival times in docs/performance.md: about four minutes, on a quiet machine with two
cores or more. The group `peers` has the benchmarks that compare with other libraries and programs, which `make bench-peers`
installs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

SMOKE = {
    "bench_commands": ["--rounds=1", "--exchanges=2", "--chunks=20"],
    "bench_lint": ["--rounds=1", "--streams=1", "--chunks=20"],
    "bench_memory": ["--megabytes=2"],
    "bench_parse": ["--rounds=1", "--bodies=1", "--events=20"],
    "bench_proxy": ["--streams=1", "--frames=5", "--gap=0", "--rounds=1"],
    "bench_reassemble": ["--rounds=1", "--chunks=100"],
    "bench_record": ["--chunks=5", "--gap=0", "--rounds=1"],
    "bench_redact": ["--rounds=1", "--frames=1", "--repeat=1"],
    "bench_serve": ["--streams=2", "--frames=5", "--gap=0", "--spread=0"],
    "bench_stamps": ["--frames=5", "--gap=0", "--loops=1"],
    "bench_startup": ["--rounds=1"],
    "bench_stats": ["--rounds=1", "--exchanges=2", "--chunks=20"],
    "bench_store": ["--streams=200"],
}

ROWS = {
    "bench_commands": [["--rounds=2"], ["--rounds=1", "--exchanges=800"]],
    "bench_lint": [["--rounds=5"]],
    "bench_parse": [["--rounds=5"]],
    "bench_proxy": [["--streams", "100", "1000", "--rounds=2"]],
    "bench_serve": [[], ["--streams=5000", "--frames=80", "--gap=0.1"]],
    "bench_stats": [["--rounds=5"], ["--rounds=5", "--chunks=700"]],
}
"""The settings with which every row of docs/performance.md is printed, within ten minutes on a quiet machine."""

GROUPS = {
    "http": [
        ["bench_serve", "--streams=1000", "--frames=200", "--rounds=3"],
        ["bench_serve", "--streams=5000", "--frames=80", "--gap=0.1"],
        ["bench_proxy", "--streams", "100", "1000", "--rounds=2"],
        ["bench_stamps"],
    ],
    "peers": [
        ["bench_parse"],
        ["bench_lint"],
        ["bench_reassemble"],
        ["bench_serve", "--streams", "100", "1000"],
        ["bench_proxy", "--rounds=2", "--mitmdump=.venv-mitmproxy/bin/mitmdump", "--aimock=.venv-peers/aimock"],
    ],
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--group", choices=GROUPS)
    options, given = parser.parse_known_args()
    folder = Path(__file__).parent
    programs = [program.stem for program in sorted(folder.glob("bench_*.py"))]
    every = [[name, *settings] for name in programs for settings in ([[]] if options.smoke else ROWS.get(name, [[]]))]
    failed = 0
    for name, *settings in GROUPS.get(options.group, every):
        print(f"\n## {name}\n", flush=True)
        words = [*settings, *(SMOKE.get(name, []) if options.smoke else []), *given]
        began = time.monotonic()
        failed |= subprocess.run([sys.executable, str(folder / f"{name}.py"), *words], check=False).returncode
        print(f"\n({name} took {time.monotonic() - began:.0f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
