"""release.py TAG [NOTES]: check that the tag, the version and the changelog agree, and write the release notes to the file NOTES.

Fails with one line if the tag is not `v` and the version, or if the changelog has no dated section for it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_VERSION = re.compile(r'^VERSION = "(?P<version>.+)"', re.MULTILINE)
_HEADING = r"^## {version} \((?P<date>[^)]+)\)\n(?P<notes>.*?)(?=^## |\Z)"


def notes_of(tag: str, root: Path = ROOT) -> str:
    """Return the section of the changelog for a tag. Raises ValueError if something does not agree."""
    match = _VERSION.search((root / "streamkit" / "tool.py").read_text(encoding="utf-8"))
    assert match is not None
    version = match["version"]
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag}, and the version is {version}: expected v{version}")
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    section = re.search(_HEADING.format(version=re.escape(version)), changelog, re.MULTILINE | re.DOTALL)
    if section is None:
        raise ValueError(f"CHANGELOG.md has no section ## {version} (date)")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", section["date"]):
        raise ValueError(f"CHANGELOG.md dates {version} as ({section['date']}): expected (YYYY-MM-DD)")
    return section["notes"].strip() + "\n"


def main(arguments: list[str]) -> int:
    """Check, and write the notes if a file for them is named. Return the exit code."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        notes = notes_of(arguments[0])
    except ValueError as error:
        print(f"release.py: {error}", file=sys.stderr)
        return 1
    for path in arguments[1:]:
        Path(path).write_text(notes, encoding="utf-8")
    print(f"{arguments[0]} can be released")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
