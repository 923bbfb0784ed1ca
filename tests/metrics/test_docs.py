"""The pages generated from docstrings are up to date."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_metrics", DOCS / "_metrics.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["metrics.md", "definitions.md"])
def test_page(name: str) -> None:
    made = pages().PAGES[name]()
    assert (DOCS / name).read_text(encoding="utf-8") == made, "run: python docs/_metrics.py"
