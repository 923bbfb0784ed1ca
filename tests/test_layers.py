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
    "redact": 3, "playback": 3, "reduce": 3, "faults": 3, "formats": 3, "apis": 3, "rules": 3, "metrics": 3, "definitions": 3, "tokenizers": 3,
    "compare": 3, "reporters": 3, "engines": 3,
    "transport": 4, "files": 4,
    "service": 5, "__init__": 5,
    "cli": 6, "pytest_plugin": 6, "__main__": 7,
}  # fmt: skip
# The folders of entries. An entry of a catalogue is the module or the package below its folder.
CATALOGUES = (
    "faults", "formats", "apis", "apis.dialects", "rules", "metrics", "definitions", "tokenizers", "reporters", "engines",
)  # fmt: skip
# Catalogues whose folder holds folders of entries.
IN_FAMILIES = {"rules"}
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


def entry_of(name: str) -> str | None:
    """The entry to which a module, or a name in it, belongs: `apis.openai_chat` for `streamkit.apis.openai_chat.chunks`.

    None for a room's contract and parts, whose names have a leading underscore, and for all that is in no catalogue.
    """
    parts = name.split(".")[1:]
    for length in range(min(len(parts), 2), 0, -1):
        catalogue = ".".join(parts[:length])
        if catalogue in CATALOGUES:
            end = length + (2 if catalogue in IN_FAMILIES else 1)
            below = parts[length:end]
            entry = ROOT.joinpath(*parts[:end])
            there = entry.is_dir() or entry.with_suffix(".py").is_file()
            if len(parts) < end or not there or any(part.startswith("_") for part in below):
                return None
            return ".".join(parts[:end])
    return None


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("streamkit.apis.ollama", "apis.ollama"),
        ("streamkit.apis.ollama.API", "apis.ollama"),
        ("streamkit.apis.openai_chat.chunks.flags", "apis.openai_chat"),
        ("streamkit.apis.dialects.groq", "apis.dialects.groq"),
        ("streamkit.apis.dialects.Dialect", None),
        ("streamkit.apis.dialects", None),
        ("streamkit.apis.Api", None),
        ("streamkit.apis._kit.merge", None),
        ("streamkit.apis", None),
        ("streamkit.rules.sequence.repeated_role.RULE", "rules.sequence.repeated_role"),
        ("streamkit.rules.sequence", None),
        ("streamkit.model.stream", None),
        ("json", None),
    ],
)
def test_an_entry_is_a_module_or_a_package_below_a_catalogue(name: str, entry: str | None) -> None:
    assert entry_of(name) == entry


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_an_entry_imports_its_own_modules(path: Path) -> None:
    mine = entry_of(module_of(path))
    for name in imports(path):
        other = entry_of(name)
        assert other is None or other == mine, f"{path.relative_to(ROOT)} imports the entry {other}"


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
