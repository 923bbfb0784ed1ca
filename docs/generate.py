"""Write all generated pages by running every `docs/_*.py`.

python docs/generate.py
"""

from __future__ import annotations

import runpy
from pathlib import Path


def main() -> None:
    """Run every generator."""
    for part in sorted(Path(__file__).parent.glob("_*.py")):
        runpy.run_path(str(part), run_name="__main__")


if __name__ == "__main__":
    main()
