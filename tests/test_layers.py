"""The layering laws of the house, read off the imports: arrows run down, rooms of floor 3 never meet, entries stand alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "streamkit"

FLOORS = {

    "errors": 1, "text": 1, "lazy": 1, "wire": 1,
    "model": 2, "registry": 2, "tool": 2,
    "tape": 3, "faults": 3, "formats": 3, "apis": 3, "rules": 3, "metrics": 3, "definitions": 3, "tokenizers": 3,
    "compare": 3, "reporters": 3, "engines": 3,
    "transport": 4, "files": 4,
    "service": 5, "__init__": 5,
    "cli": 6, "pytest_plugin": 6, "__main__": 7,
}  # fmt: skip
CATALOGUES = ("faults", "formats", "apis", "rules", "metrics", "definitions", "tokenizers", "reporters", "engines")
IN_FAMILIES = {"rules"}
"""The catalogues whose entries stand in folders, a folder a family."""
OUTSIDE = {"socket", "ssl", "http", "urllib.request", "subprocess", "time", "aiohttp", "asyncio"}
MAY_TOUCH_THE_WORLD = {
    "transport",
    "files",
    "registry",
    "engines",
    "tokenizers",
    "pytest_plugin",
    "cli",
    "__main__",
    "service",
}

FILES = sorted(ROOT.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: a relative import hides its arrow"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def is_entry(path: Path) -> bool:
    """Whether a file is an entry of a catalogue: in its folder, or in a family's."""
    depth = len(path.relative_to(ROOT).parts)
    return room(path) in CATALOGUES and not path.name.startswith("_") and (room(path) not in IN_FAMILIES or depth == 3)


ENTRIES = {
    name: {path.name.removesuffix(".py") for path in (ROOT / name).iterdir() if not path.name.startswith("_")}
    for name in CATALOGUES
    if (ROOT / name).is_dir()
}
"""The modules, packages and families of each catalogue, none of which another entry may import."""


def ours(path: Path) -> Iterator[tuple[str, str]]:
    """The room and the file of every import of our own."""
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "streamkit" and len(parts) > 1:
            yield parts[1], parts[2] if len(parts) > 2 else ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_run_down_and_rooms_of_floor_3_never_meet(path: Path) -> None:
    floor = FLOORS[room(path)]
    for other, _ in ours(path):
        assert other in FLOORS, f"{path.name} imports {other}, which is on no floor"
        assert other == room(path) or FLOORS[other] < floor, f"{path.name} (floor {floor}) imports {other}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_entry_imports_its_contract_and_no_other_entry(path: Path) -> None:
    if is_entry(path):
        for other, file in ours(path):
            assert other != room(path) or file not in ENTRIES[other], f"{path.name} imports the entry {other}/{file}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_touches_no_socket_process_or_clock(path: Path) -> None:
    if room(path) not in MAY_TOUCH_THE_WORLD and path.name != "_format.py":
        touched = {name for name in imports(path) if name in OUTSIDE or name.split(".")[0] in OUTSIDE - {"http"}}
        assert not touched, f"{path.name} imports {touched}"


def test_only_files_opens_for_writing() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {
                "write_text",
                "write_bytes",
            }:
                assert room(path) == "files", f"{path.name}:{node.lineno} writes a file"


def circle(path: Path, seen: tuple[Path, ...] = ()) -> tuple[Path, ...]:
    """A circle of imports that begins at this file, or nothing."""
    if path in seen:
        return seen[seen.index(path) :]
    for name in imports(path):
        target = ROOT.parent.joinpath(*name.split("."))
        for file in (target.with_suffix(".py"), target.parent.with_suffix(".py")):
            if file.is_relative_to(ROOT) and file.exists() and file.name != "__init__.py":
                if file not in DONE and (found := circle(file, (*seen, path))):
                    return found
                break
    DONE.add(path)
    return ()


DONE: set[Path] = set()


def test_no_circle() -> None:
    for path in FILES:
        assert not circle(path)
