"""`index.json` of the rules and of the dialects: what it says is what the modules say, and `lint` imports what it lacks."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from streamkit.apis.dialects import DIALECTS
from streamkit.rules import RULES, Rule
from tests.rules.test_docs import part

FUNCTIONS = {"check", "fix"}
MODULES = [module for module, _ in RULES.modules()]


def test_every_index_is_up_to_date() -> None:
    made: dict[Path, bytes] = part("_index").files()
    stale = [path for path, contents in made.items() if path.read_bytes() != contents]
    assert not stale, "run: python docs/generate.py"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.removeprefix("streamkit.rules."))
def test_a_rule_of_the_index_is_that_of_its_module(module: str) -> None:
    imported = RULES.imported(module)
    listed = RULES[imported.code]
    assert listed is not imported, "the index does not list it"
    for field in fields(Rule):
        if field.name not in FUNCTIONS:
            assert getattr(listed, field.name) == getattr(imported, field.name), field.name
    assert (listed.fix is None) == (imported.fix is None)
    assert listed.manual == imported.manual


def test_a_fix_of_the_index_is_that_of_its_module() -> None:
    repairing = [rule for rule in RULES.values() if rule.fix]
    assert len(repairing) > 3
    for rule in repairing:
        module_rule = RULES.imported(rule.module)
        assert rule.fix is not None
        assert module_rule.fix is not None
        for body in (b"data:1\n", b"\xef\xbb\xbfdata: 1\r\n\r\ndata: 2\n\n", b""):
            assert rule.fix(body) == module_rule.fix(body)


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_of_the_index_is_that_of_its_module(name: str) -> None:
    module = f"streamkit.apis.dialects.{name.replace('-', '_')}"
    assert DIALECTS.entries[name] == DIALECTS.imported(module)
