"""The doors (package `__init__` modules): the names for type checkers and the names opened on demand are the same, and
exist."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "streamkit"
DOORS = sorted(path for path in ROOT.rglob("__init__.py") if "door(__name__" in path.read_text(encoding="utf-8"))


def package_of(path: Path) -> str:
    return ".".join(path.parent.relative_to(ROOT.parent).parts)


def typed_names(path: Path) -> dict[str, str]:
    """Return the names that a door imports for type checkers, each with its module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    return {
        alias.name: node.module or ""
        for node in block.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("streamkit")
        for alias in node.names
    }


def opened_names(path: Path) -> dict[str, str]:
    """Return the names that a door opens on demand, each with its module."""
    places = vars(importlib.import_module(package_of(path)))["_PLACES"]
    return {name: f"{package_of(path)}.{place}" for name, place in places.items()}


@pytest.mark.parametrize("path", DOORS, ids=package_of)
def test_a_door_opens_what_it_names(path: Path) -> None:
    assert opened_names(path) == typed_names(path)
    package = importlib.import_module(package_of(path))
    for name in opened_names(path):
        assert getattr(package, name) is not None
        assert name in dir(package)
    with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
        _ = package.no_such_name
