"""`streamkit.patterns.pattern` stands for what `re.compile` returns."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import streamkit
from streamkit.patterns import pattern


def test_methods_and_attributes_are_those_of_the_compiled_pattern() -> None:
    lazy, compiled = (
        pattern(rb"(?P<word>[a-z]+)(\d)?", re.IGNORECASE),
        re.compile(rb"(?P<word>[a-z]+)(\d)?", re.IGNORECASE),
    )
    for _ in range(2):
        assert [match[0] for match in lazy.finditer(b"Ab1 c")] == [match[0] for match in compiled.finditer(b"Ab1 c")]
        assert lazy.sub(b"-", b"Ab1 c") == b"- -"
    assert (lazy.groups, dict(lazy.groupindex), lazy.pattern, lazy.flags) == (
        compiled.groups,
        dict(compiled.groupindex),
        compiled.pattern,
        compiled.flags,
    )


def test_nothing_is_compiled_before_the_first_use() -> None:
    invalid = pattern("(")
    with pytest.raises(re.error, match="unterminated"):
        invalid.match("")


SOURCES = sorted(Path(streamkit.__file__).parent.rglob("*.py"))
PLACES = [
    (path, node)
    for path in SOURCES
    if "import pattern" in (text := path.read_text(encoding="utf-8"))
    for node in ast.parse(text).body
    if isinstance(node, ast.Assign | ast.AnnAssign)
    if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name) and node.value.func.id == "pattern"
]


@pytest.mark.parametrize("path", sorted({path for path, _ in PLACES}), ids=lambda path: path.name)
def test_every_expression_can_be_compiled(path: Path) -> None:
    """`re.compile` would raise when the module is imported."""
    name = ".".join(path.relative_to(Path(streamkit.__file__).parents[1]).with_suffix("").parts).removesuffix(
        ".__init__"
    )
    module = __import__(name, fromlist=["_"])
    for _, node in [place for place in PLACES if place[0] == path]:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        assert isinstance(target, ast.Name)
        assert getattr(module, target.id).flags is not None


def test_no_group_is_possessive() -> None:
    """Python before 3.11.5 matches possessive and atomic groups incorrectly (gh-106052, gh-100061)."""
    group = re.compile(r"\)(?:[*+?]|\{[0-9,]+\})\+|\(\?>")
    found = [(path.name, *group.findall(path.read_text(encoding="utf-8"))) for path in SOURCES]
    assert [each for each in found if len(each) > 1] == []
