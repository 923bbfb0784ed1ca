"""Generate `index.json` in the folders of rules and dialects, so that `lint` imports only those that it needs.

Run `python docs/_index.py`. A test checks that the files are up to date.
"""

from __future__ import annotations

from pathlib import Path

from streamkit.apis.dialects import DIALECTS, dialect_row
from streamkit.registry import INDEX, index_of
from streamkit.rules import RULES, rule_row

PACKAGE = Path(__file__).parents[1] / "streamkit"


def files() -> dict[Path, bytes]:
    """Return the contents of each index by its path."""
    return {
        PACKAGE / "rules" / INDEX: index_of(RULES, rule_row),
        PACKAGE / "apis" / "dialects" / INDEX: index_of(DIALECTS, dialect_row),
    }


def main() -> None:
    """Write every index."""
    for path, contents in files().items():
        path.write_bytes(contents)


if __name__ == "__main__":
    main()
