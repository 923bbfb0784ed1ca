"""The pages of docs/rules and docs/grammars.md match the docstrings and tables."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def part(name: str = "_rules") -> ModuleType:
    """A module of docs/ that makes pages."""
    spec = importlib.util.spec_from_file_location(f"docs{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_is_up_to_date() -> None:
    made: dict[str, str] = part().pages()
    stale = [name for name, text in made.items() if not _same(DOCS / name, text)]
    assert not stale, "run: python docs/generate.py"


def test_there_is_no_page_of_a_removed_rule() -> None:
    assert {f"rules/{page.name}" for page in (DOCS / "rules").glob("*.md")} <= part().pages().keys()


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def test_every_family_has_a_heading() -> None:
    families: dict[str, str] = part().FAMILIES
    from streamkit.rules import RULES

    assert {rule.code[:3] for rule in RULES.values()} <= families.keys()


@pytest.mark.parametrize("command", ["lint", "rule", "reduce", "schema"])
def test_every_command_has_a_page(command: str) -> None:
    named = {"rule": "lint"}.get(command, command)
    assert f"streamkit {command}" in (DOCS / f"{named}.md").read_text(encoding="utf-8")
