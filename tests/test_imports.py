"""Commands find the modules of streamkit without a search: the same modules, from the same files."""

from __future__ import annotations

import importlib.machinery
import subprocess
import sys
from pathlib import Path

import pytest

from streamkit.imports import _Finder, find_directly

PACKAGE = Path(__file__).parents[1] / "streamkit"


@pytest.mark.parametrize(
    ("name", "folder"),
    [("streamkit.text", PACKAGE), ("streamkit.cli", PACKAGE), ("streamkit.cli.lint", PACKAGE / "cli")],
    ids=["a module", "a package", "a module of a package"],
)
def test_a_module_is_found_as_usual(name: str, folder: Path) -> None:
    usual = importlib.machinery.PathFinder.find_spec(name, [str(folder)])
    found = _Finder.find_spec(name, [str(folder)])
    assert usual is not None
    assert found is not None
    for attribute in ("name", "origin", "cached", "has_location", "parent", "submodule_search_locations"):
        assert getattr(found, attribute) == getattr(usual, attribute), attribute


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("streamkit", None),
        ("click.core", [str(PACKAGE)]),
        ("streamkitchen.text", [str(PACKAGE)]),
        ("streamkit.no_such_module", [str(PACKAGE)]),
        ("streamkit.text", [str(PACKAGE), str(PACKAGE)]),
    ],
)
def test_everything_else_is_searched_for(name: str, path: list[str] | None) -> None:
    assert _Finder.find_spec(name, path) is None


def test_a_command_finds_its_modules_so_and_a_library_does_not() -> None:
    shown = "import sys; print(*(getattr(each, '__module__', '') for each in sys.meta_path))"
    library = subprocess.run([sys.executable, "-c", f"import streamkit.apis; {shown}"], capture_output=True, check=True)
    command = f"from streamkit.__main__ import main\ntry: main()\nexcept SystemExit: {shown}"
    run = subprocess.run([sys.executable, "-c", command, "--version"], capture_output=True, check=True)
    assert b"streamkit.imports" not in library.stdout
    assert b"streamkit.imports" in run.stdout


def test_the_finder_is_added_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    find_directly()
    find_directly()
    assert sys.meta_path.count(_Finder) == 1
