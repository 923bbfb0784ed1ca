"""Checks the links of every page of Markdown: that the file is there, and the heading that an anchor names.

Hidden folders and web addresses are ignored. Prints each broken link as
`page:line: link: reason`, and exits 1 if there is one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^(`{3,}|~{3,})")
CODE = re.compile(r"(`+)(?:.*?[^`])??\1(?!`)")
LINK = re.compile(r"!?\[(?:[^\]\\]|\\.)*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$")
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
ANCHOR = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"")
ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")


def prose(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not in a fenced block, with their numbers."""
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        mark = FENCE.match(line.strip())
        if mark and not fence:
            fence = mark[1]
        elif fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        else:
            yield number, line


def slug(heading: str) -> str:
    """The anchor that GitHub gives to a heading: lower case, no punctuation, hyphens for spaces."""
    shown = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")


@cache
def anchors(page: Path) -> frozenset[str]:
    """Every anchor of a page; the second heading of one name has `-1` behind it, as on GitHub."""
    found: set[str] = set()
    for _, line in prose(page.read_text(encoding="utf-8")):
        found.update(ANCHOR.findall(line))
        if heading := HEADING.match(line):
            name = unique = slug(heading[1])
            count = 0
            while unique in found:
                count += 1
                unique = f"{name}-{count}"
            found.add(unique)
    return frozenset(found)


def links(text: str) -> Iterator[tuple[int, str]]:
    """Every link of a page that stays in the project, with the number of its line."""
    for number, line in prose(text):
        plain = CODE.sub("``", line)
        for target in (*LINK.findall(plain), *DEFINITION.findall(plain)):
            if not ELSEWHERE.match(target):
                yield number, target


def trouble(page: Path, target: str, root: Path) -> str | None:
    """Why a link leads nowhere, or None."""
    path, _, anchor = unquote(target).partition("#")
    meant = page if not path else (root / path.lstrip("/") if path.startswith("/") else page.parent / path).resolve()
    if not meant.is_relative_to(root.resolve()):
        return "leads out of the project"
    if not meant.exists():
        return "no such file"
    if anchor and meant.suffix == ".md" and anchor not in anchors(meant):
        return f"no heading #{anchor} in {meant.name}"
    return None


def pages(root: Path) -> list[Path]:
    """The pages of the project."""
    return sorted(
        page for page in root.rglob("*.md") if not any(p.startswith(".") for p in page.relative_to(root).parts)
    )


def check(root: Path) -> tuple[int, list[str]]:
    """How many links were followed, and a line for each that leads nowhere."""
    count = 0
    broken = []
    for page in pages(root):
        for line, target in links(page.read_text(encoding="utf-8")):
            count += 1
            if reason := trouble(page.resolve(), target, root):
                broken.append(f"{page.relative_to(root)}:{line}: {target}: {reason}")
    return count, broken


def main() -> int:
    count, broken = check(ROOT)
    print(*broken, sep="\n", end="\n" if broken else "")
    print(f"{count} links in {len(pages(ROOT))} pages, {len(broken)} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
