"""No pattern repeats a group possessively: Python before 3.11.5 finds wrong matches for those (gh-100061, gh-106052).

A possessive repeat of a single character or class, such as `[a-z]*+`, is right in every Python that we promise.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(
    path
    for folder in ("streamkit", "benchmarks", "docs", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if path != Path(__file__)  # whose examples are such patterns
)
GROUP = re.compile(r"(?<!\\)\)(?:[*+?]|\{\d*,?\d*\})\+|\(\?>")


def repeats_a_group(text: str) -> bool:
    """Return whether a pattern has a possessive repeat of a group, or an atomic group."""
    return GROUP.search(text) is not None


@pytest.mark.parametrize("pattern", ["(?:ab?c)*+", "(a|b)++", "(?:a)?+", "(?:a|b){2,}+", "(?>a|b)", "x(?:a){3}+"])
def test_a_possessive_group_is_found(pattern: str) -> None:
    assert repeats_a_group(pattern)


@pytest.mark.parametrize("pattern", ["[ab]*+", r"\\++(?:a)", "(?:a)*", "a?+", r"\)++", "[^(]{2}+"])
def test_a_possessive_class_is_allowed(pattern: str) -> None:
    assert not repeats_a_group(pattern)


def test_no_file_has_one() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in FILES}
    found = [
        f"{path}:{node.lineno}: {node.value!r}"
        for path, source in sources.items()
        if repeats_a_group(source)  # in the text, so perhaps in one of its literals
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        if repeats_a_group(node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value)
    ]
    assert not found, "\n".join(found)
