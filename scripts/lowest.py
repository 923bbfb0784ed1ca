"""Prints the lowest version that pyproject.toml allows of everything that it names, as constraints for pip or uv.

What is named without a lower bound is left out.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# A name, perhaps extras, and among the bounds one that is the lowest (PEP 508). Markers do not matter to a constraint.
BOUND = re.compile(r"\s*([A-Za-z0-9._-]+)[^;]*?>=\s*([0-9][A-Za-z0-9.]*)")


def named(project: dict[str, Any]) -> Iterator[str]:
    """Every requirement: of the package, of its extras, of its groups."""
    yield from project["project"]["dependencies"]
    for requirements in (*project["project"]["optional-dependencies"].values(), *project["dependency-groups"].values()):
        yield from requirements


def constraints(project: dict[str, Any]) -> list[str]:
    """`name==version` for each requirement that has a lower bound."""
    bounds = filter(None, map(BOUND.match, named(project)))
    return sorted({f"{bound[1]}=={bound[2]}" for bound in bounds})


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    print("\n".join(constraints(project)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
