"""Runs every benchmark of this folder and prints its tables: `make bench`, or one of them by its own file.

Each benchmark is a program `bench_*.py` that prints what it measured as a ratio to a floor or a peer in the same run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    failed = 0
    for program in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n## {program.stem}\n", flush=True)
        failed |= subprocess.run([sys.executable, str(program), *sys.argv[1:]], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
