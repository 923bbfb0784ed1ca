"""The documentation as a site: its source, its navigation, and the checks of what was built."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from scripts import site
from streamkit.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    site.prepare(folder)
    return folder


def test_the_source_has_every_page(prepared: Path) -> None:
    ours = {page.relative_to(ROOT) for page in (ROOT / "docs").rglob("*.md")}
    assert {page.relative_to(prepared / "source") for page in (prepared / "source" / "docs").rglob("*.md")} >= ours
    assert (prepared / "source" / "index.md").read_text(encoding="utf-8").startswith("# streamkit\n")
    assert not list((prepared / "source").rglob("*.py"))


def test_every_page_is_in_the_navigation(prepared: Path) -> None:
    """A page that is not listed would only be found by search. Pages of commands are listed in the README, others in site.py."""
    config = tomllib.loads((prepared / "zensical.toml").read_text(encoding="utf-8"))
    listed = set(re.findall(r"[\w./-]+\.md", str(config["project"]["nav"])))
    pages = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
    assert pages <= listed
    assert {f"docs/{command}.md" for command in COMMANDS} <= listed
    assert all((prepared / "source" / page).exists() for page in listed)


LINKS = {
    "a folder": ("[a](docs/rules/)", "[a](docs/rules/index.md)"),
    "a folder beside it": ("[a](rules/)", "[a](rules/index.md)"),
    "the README": ("[a](../README.md#why)", "[a](../index.md#why)"),
    "another README": ("[a](../recordings/README.md)", "[a](../recordings/README.md)"),
    "a page": ("[a](lint.md)", "[a](lint.md)"),
}


@pytest.mark.parametrize(("given", "expected"), LINKS.values(), ids=LINKS)
def test_links_to_what_has_another_name_on_the_site(given: str, expected: str) -> None:
    assert site.with_index_links(given) == expected


PAGES = {
    "a missing page": ('<a href="b.html">', ["a.html: b.html: no such page"]),
    "a missing anchor": ('<a href="#b">', ["a.html: #b: no such anchor"]),
    "an anchor": ('<a href="#b"><p id="b">', []),
    "an anchor on another page": ('<a href="other/index.html#c">', []),
    "a folder": ('<a href="other/#c">', []),
    "a link to another host": ('<a href="https://example.test/x">', []),
    "a font of another host": (
        '<link rel="stylesheet" href="https://fonts.example.test/x.css">',
        ["a.html: loads https://fonts.example.test/x.css"],
    ),
    "a script of another host": ('<script src="//cdn.test/x.js">', ["a.html: loads //cdn.test/x.js"]),
}


@pytest.mark.parametrize(("page", "expected"), PAGES.values(), ids=PAGES)
def test_what_the_check_reports(page: str, expected: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(page)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "index.html").write_text('<h2 id="c">')
    assert list(site.problems(tmp_path)) == expected


@pytest.mark.skipif(
    importlib.util.find_spec("zensical") is None, reason="zensical builds the site and is not installed"
)
def test_the_site(tmp_path: Path) -> None:
    assert site.main([str(tmp_path / "site")]) == 0
