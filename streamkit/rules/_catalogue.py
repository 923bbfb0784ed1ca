"""The catalogue of rules, made from the rows of `index.json`, so that a short run of `lint` imports few of their modules.

A row has everything about a rule but its functions and its manual. Those are in its module, which is imported when the rule
checks a stream itself, or when its manual is read; a rule that only reports what an API's tables found needs neither.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamkit.registry import Catalogue
from streamkit.rules import _sources
from streamkit.rules._rule import Rule, SightingSource, checked

_SOURCES: dict[str, SightingSource] = {
    source.__name__: source
    for source in (_sources.broken, _sources.damage, _sources.misfits, _sources.missteps, _sources.repairs)
}
_TRAITS = {"also": (), "apis": (), "breaks": "", "whole": False, "framing": False, "timed": False, "plain": False}


def rule_row(rule: Rule) -> dict[str, Any]:
    """Return the row of a rule. `own` is whether it has a function that checks, `fix` whether it has one that repairs."""
    row = {
        "code": rule.code,
        "severity": rule.severity,
        "default": rule.default,
        "own": rule.own,
        "fix": bool(rule.fix),
    }
    traits = {name: getattr(rule, name) for name, usual in _TRAITS.items() if getattr(rule, name) != usual}
    return {**row, "finds": [source.__name__ for source in rule.finds], **traits}


def _from_row(module: str, row: dict[str, Any]) -> Rule:
    """Return the rule of a module whose row this is."""
    finds = tuple(_SOURCES[name] for name in row["finds"])
    name = module.rpartition(".")[2].replace("_", "-")
    traits: dict[str, Any] = {
        trait: tuple(row[trait]) if isinstance(usual, tuple) else row[trait]
        for trait, usual in _TRAITS.items()
        if trait in row
    }
    return Rule(
        code=row["code"],
        name=name,
        severity=row["severity"],
        module=module,
        check=_later(module, "check") if row["own"] else checked(name, finds),
        finds=finds,
        own=row["own"],
        default=row["default"],
        fix=_later(module, "fix") if row["fix"] else None,
        **traits,
    )


def _later(module: str, what: str) -> Callable[[Any], Any]:
    """Return a function that does what the module's rule does."""
    return lambda given: getattr(RULES.imported(module), what)(given)


RULES: Catalogue[Rule] = Catalogue("streamkit.rules", Rule, lambda rule: rule.code, families=True, from_row=_from_row)
