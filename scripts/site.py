"""site.py [FOLDER]: build the documentation as a site in FOLDER (default: build/site), from the same Markdown.

The pages are copied to a source folder, with an index for `docs/rules` and `docs/decisions` and a navigation; zensical makes the
HTML. Then every page is checked: it loads nothing from another host, and every link and anchor leads somewhere. Exits 1 if not.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[1]
COPIED = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "recordings/README.md")
NAVIGATION = {
    "Start": "test-without-a-key openai-compatible-in-ci know-your-ttft demo questions glossary comparison",
    "Tests": "pytest from-vcrpy from-aimock faults faults-and-clients clients",
    "Reference": "rules/index metrics definitions apis application-streams dialects providers formats recording-format websocket python grammars terminal limits",
    "The project": "reliability performance scale mutants extending decisions/index",
}
_COMMANDS = re.compile(r"^\| Commands \|(.*)$", re.MULTILINE)
_LISTED = ("rules", "decisions")
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_CONFIG = """
[project]
site_name = "streamkit"
site_description = "Record, replay, lint, reassemble and measure the event streams of LLM APIs"
docs_dir = "source"
site_dir = "site"
nav = {nav}
use_directory_urls = false

[project.theme]
language = "en"
font = false
features = ["content.code.copy", "navigation.top", "navigation.indexes", "search.highlight", "toc.follow"]

[[project.theme.palette]]
media = "(prefers-color-scheme: light)"
scheme = "default"
toggle = {{ icon = "lucide/sun", name = "Switch to dark mode" }}

[[project.theme.palette]]
media = "(prefers-color-scheme: dark)"
scheme = "slate"
toggle = {{ icon = "lucide/moon", name = "Switch to light mode" }}

[project.markdown_extensions]
attr_list = {{}}
tables = {{}}
toc = {{ permalink = true, slugify = {{ object = "pymdownx.slugs.slugify", kwds = {{ case = "lower" }} }} }}
pymdownx.highlight = {{}}
pymdownx.superfences = {{}}
"""


def prepare(folder: Path) -> None:
    """Write the source of the site, and its configuration, to a folder."""
    source = folder / "source"
    for name in (*COPIED, *_files("docs"), *_files("tests/specs/formats")):
        target = source / ("index.md" if name == "README.md" else name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)  # without the permissions: a checkout may be read-only
    for name in _LISTED:
        listed = source / "docs" / name
        lines = [f"- [{title_of(page)}]({page.name})" for page in sorted(listed.glob("*.md"))]
        (listed / "index.md").write_text(f"# {name.capitalize()}\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    for page in source.rglob("*.md"):
        page.write_text(with_index_links(page.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "zensical.toml").write_text(_CONFIG.format(nav=navigation(source)), encoding="utf-8")


def _files(folder: str) -> Iterator[str]:
    """Yield the files in a folder of the project, without those of Python."""
    for path in sorted((ROOT / folder).rglob("*")):
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            yield path.relative_to(ROOT).as_posix()


def title_of(page: Path) -> str:
    """Return the first heading of a page."""
    match = _TITLE.search(page.read_text(encoding="utf-8"))
    return match[1] if match else page.stem


def with_index_links(markdown: str) -> str:
    """Return a page whose links to folders, and to the README, lead to the pages that the site has for them."""
    markdown = re.sub(r"\]\(((?:docs/)?(?:rules|decisions)/)\)", r"](\1index.md)", markdown)
    return re.sub(r"\]\(((?:\.\./)+)README\.md", r"](\1index.md", markdown)


def navigation(source: Path) -> str:
    """Return the navigation as TOML, with the commands in the order of the README.

    Pages that do not exist are left out, and those in no group are found by search only.
    """
    groups = ['{ "streamkit" = "index.md" }']
    (row,) = _COMMANDS.findall((source / "index.md").read_text(encoding="utf-8"))
    commands = " ".join(re.findall(r"docs/(\w+)\.md", row))
    start, *others = NAVIGATION.items()
    for heading, names in (start, ("Commands", commands), *others):
        pages = [f"docs/{name}.md" for name in names.split() if (source / "docs" / f"{name}.md").exists()]
        if heading == "The project":
            pages += ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
        groups.append(f"{{ {json.dumps(heading)} = {json.dumps(pages)} }}")
    return "[" + ", ".join(groups) + "]"


class Page(HTMLParser):
    """What a page links to, loads, and can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the attributes that matter."""
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") not in ("canonical", "prev", "next", "alternate"):
            self.loaded.append(given.get("href", ""))
        elif "src" in given:
            self.loaded.append(given["src"])


@cache
def parsed(path: Path) -> Page:
    """Return a page, read once."""
    return Page(path)


def problems(site: Path) -> Iterator[str]:
    """Yield a line for each request to another host and each link that leads nowhere."""
    for path in sorted(site.rglob("*.html")):
        page, name = parsed(path), path.relative_to(site)
        for url in page.loaded:
            if urlsplit(url).netloc:
                yield f"{name}: loads {url}"
        for link in {*page.links, *page.loaded}:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or path.name == "404.html":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                yield f"{name}: {link}: no such page"
            elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in parsed(target).anchors:
                yield f"{name}: {link}: no such anchor"


def main(arguments: list[str]) -> int:
    """Build and check. Return the exit code."""
    folder = Path(arguments[0] if arguments else ROOT / "build" / "site").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    prepare(folder)
    command = [sys.executable, "-m", "zensical", "build", "-f", "zensical.toml"]
    built = subprocess.run(
        command, cwd=folder, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, check=False
    )
    if built.returncode or re.search(r"\b[1-9]\d* issues? found", built.stdout + built.stderr):
        print(built.stdout, built.stderr, sep="")
        return 1
    found = list(problems(folder / "site"))
    for line in found:
        print(line)
    print(f"{folder / 'site'}: {sum(1 for _ in (folder / 'site').rglob('*.html'))} pages, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
