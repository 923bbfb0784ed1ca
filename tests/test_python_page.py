"""docs/python.md: its examples run, and its reference matches the docstrings."""

from __future__ import annotations

import doctest
import runpy
import shutil
from pathlib import Path

import pytest

import streamkit

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "python.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_examples_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "recordings", tmp_path / "recordings")
    monkeypatch.chdir(tmp_path)
    examples = doctest.DocTestParser().get_doctest(TEXT, {}, PAGE.name, str(PAGE), 0)
    assert len(examples.examples) > 20
    failures: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(examples, out=failures.append)
    assert "".join(failures) == ""


def test_the_reference_is_up_to_date() -> None:
    assert runpy.run_path(str(ROOT / "docs" / "_python.py"))["page"](TEXT) == TEXT


def test_every_name_is_on_the_page_and_has_a_docstring() -> None:
    for name in streamkit.__all__:
        assert f"`{name}`" in TEXT
        assert getattr(streamkit, name).__doc__
