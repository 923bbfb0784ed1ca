"""The table of CONTRIBUTING.md is correct: its folders and pages exist, and its contracts can be imported."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from streamkit.registry import Catalogue
from tests.test_layers import CATALOGUES, FLOORS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (an? [\w ]+) \| (.*) \| (.*) \| `([\w.]+)` \|$", TEXT, re.MULTILINE)
_PLACEHOLDER = re.compile(r"\b[A-Z]{4,}\b")


def paths(cell: str) -> list[str]:
    return [text for text in re.findall(r"`([^`]+)`", cell) if "/" in text and "(" not in text]


def test_the_table_has_a_row_for_every_catalogue() -> None:
    rooms = {".".join(contract.split(".")[1:-1]) for _, _, _, contract in ROWS}
    there = {name for name in CATALOGUES if (ROOT / "streamkit" / name.replace(".", "/")).is_dir()}
    assert there <= rooms


@pytest.mark.parametrize(("what", "write", "page", "contract"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row(what: str, write: str, page: str, contract: str) -> None:
    for path in [*paths(write), *paths(page)]:
        kind = path.replace("FAMILY", "*")
        assert list(ROOT.glob(_PLACEHOLDER.sub("*", kind))), f"{path}: there is none like it"
    module, _, name = contract.rpartition(".")
    assert getattr(importlib.import_module(module), name) is not None


@pytest.mark.parametrize(
    "contract",
    [row[3] for row in ROWS if row[3].startswith("streamkit.")],
)
def test_the_package_of_a_contract_exports_its_catalogue(contract: str) -> None:
    module, _, _ = contract.rpartition(".")
    room = importlib.import_module(module)
    catalogue = getattr(room, module.rpartition(".")[2].upper())
    assert isinstance(catalogue, Catalogue)
    assert len(catalogue) > 1


def test_the_floors_are_those_of_the_layer_test() -> None:
    listed = dict(re.findall(r"^\| (\d) \| (.*) \|$", TEXT, re.MULTILINE))
    for floor, cell in listed.items():
        for room in re.findall(r"`(\w+)/?`", cell):
            assert FLOORS[room] == int(floor) or room == "__main__", room
    rooms = {path.stem for path in (ROOT / "streamkit").iterdir() if (path / "__init__.py").is_file()}
    assert rooms <= set(re.findall(r"`(\w+)/`", TEXT))
