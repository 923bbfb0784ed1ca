"""Which rules are asked for: by code, by the beginning of a code, or by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from streamkit.errors import UnknownEntry
from streamkit.rules._rule import RULES, Rule

ALL = "ALL"


def selected(
    select: Sequence[str] = (), ignore: Sequence[str] = (), extend: Sequence[str] = (), rules: Iterable[Rule] = RULES
) -> list[Rule]:
    """The rules that these words ask for, in order of code.

    Without `select`, the default rules. A word is a code, the beginning of one (`SEQ`, `SEQ4`), a rule's name, or `ALL`.
    Where a rule is both selected and ignored the longer word decides, and of equal words the ignoring one. Raises
    UnknownEntry, with the nearest code, for a word that means no rule.
    """
    known = list(rules)
    for word in (*select, *ignore, *extend):
        check_known(word, known)
    chosen = []
    for rule in known:
        wanted = max(_weight(rule, (*select, *extend)), 0 if rule.default and not select else -1)
        if wanted > _weight(rule, ignore):
            chosen.append(rule)
    return chosen


def matches(rule: Rule, word: str) -> bool:
    """Whether a word means this rule."""
    return word in (ALL, rule.name) or rule.code.startswith(word.upper())


def check_known(word: str, rules: Iterable[Rule] = RULES) -> None:
    """Raise UnknownEntry, with the nearest code, where a word means no rule."""
    known = list(rules)
    if not word or not any(matches(rule, word) for rule in known):
        import difflib

        names = {**{rule.code: rule for rule in known}, **{rule.name: rule for rule in known}}
        near = difflib.get_close_matches(word.upper(), names, 1, 0.5) or difflib.get_close_matches(word, names, 1, 0.5)
        hint = f"; did you mean {near[0]!r}?" if near else "; `streamkit rule` lists all"
        raise UnknownEntry(f"no rule is meant by {word!r}{hint}")


def _weight(rule: Rule, words: Iterable[str]) -> int:
    """How particular the most particular of these words is that mean the rule; -1 where none does."""
    weights = [0 if word == ALL else 99 if word == rule.name else len(word) for word in words if matches(rule, word)]
    return max(weights, default=-1)
