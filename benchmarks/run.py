"""Run all benchmarks in this folder and print their tables (`make bench`).

Each benchmark is a program `bench_*.py` that prints what it measured as a ratio to a floor or a peer in the same run.
With `--smoke`, each runs as briefly as possible: the figures are meaningless, but show that it still works.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SMOKE = {
    "bench_lint": ["--rounds=1", "--streams=1", "--chunks=20"],
    "bench_memory": ["--megabytes=2"],
    "bench_parse": ["--rounds=1", "--bodies=1", "--events=20"],
    "bench_proxy": ["--streams=1", "--frames=5", "--gap=0", "--rounds=1"],
    "bench_reassemble": ["--rounds=1", "--chunks=100"],
    "bench_record": ["--chunks=5", "--gap=0", "--rounds=1"],
    "bench_redact": ["--rounds=1", "--frames=1", "--repeat=1"],
    "bench_serve": ["--streams=2", "--frames=5", "--gap=0", "--spread=0"],
    "bench_startup": ["--rounds=1"],
    "bench_stats": ["--rounds=1", "--exchanges=2", "--chunks=20"],
}


def main() -> int:
    given = [word for word in sys.argv[1:] if word != "--smoke"]
    failed = 0
    for program in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n## {program.stem}\n", flush=True)
        least = SMOKE.get(program.stem, []) if "--smoke" in sys.argv else []
        failed |= subprocess.run([sys.executable, str(program), *least, *given], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
