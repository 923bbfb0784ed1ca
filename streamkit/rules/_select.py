"""Select rules by code, by the beginning of a code, or by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from streamkit.errors import UnknownEntry
from streamkit.rules._catalogue import RULES
from streamkit.rules._rule import Rule

ALL = "ALL"


def selected(
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    extend: Sequence[str] = (),
    rules: Iterable[Rule] | None = None,
) -> list[Rule]:
    """Return the selected rules in order of code.

    Without `select`, these are the default rules. A selector is a code, the beginning of one (`SEQ`, `SEQ4`), a rule's name, or
    `ALL`. If a rule is both selected and ignored, the longer selector wins, and `ignore` if both are equally long. Raises
    UnknownEntry, with the nearest code, for a selector that matches no rule.
    """
    known = list(RULES.values() if rules is None else rules)
    for word in (*select, *ignore, *extend):
        check_known(word, known)
    chosen = []
    for rule in known:
        wanted = max(_weight(rule, (*select, *extend)), 0 if rule.default and not select else -1)
        if wanted > _weight(rule, ignore):
            chosen.append(rule)
    return chosen


def matches(rule: Rule, word: str) -> bool:
    """Return whether a selector matches this rule."""
    return word in (ALL, rule.name) or rule.code.startswith(word.upper())


def check_known(word: str, rules: Iterable[Rule] | None = None) -> None:
    """Raise UnknownEntry, with the nearest code, if a selector matches no rule."""
    known = list(RULES.values() if rules is None else rules)
    if not word or not any(matches(rule, word) for rule in known):
        raise UnknownEntry(unknown_rule(word, known))


def unknown_rule(word: str, rules: Iterable[Rule]) -> str:
    """Return the message about a code or name that none of these rules has, with the nearest one."""
    near = _nearest(word, list(rules))
    return f"unknown rule {word!r}; " + (f"did you mean {near!r}?" if near else "`streamkit rule` lists all")


def _nearest(word: str, rules: Sequence[Rule]) -> str | None:
    """Return the code or name that was most likely meant, within the same family if the selector names one."""
    import difflib

    code, codes, names = word.upper(), [rule.code for rule in rules], [rule.name for rule in rules]
    family = [known for known in codes if known[:3] == code[:3]]
    if family:
        return max(family, key=lambda known: _common_prefix(known, code))
    name = word.lower().replace("_", "-")
    near = difflib.get_close_matches(code, codes, 1, 0.5) or difflib.get_close_matches(name, names, 1, 0.6)
    return near[0] if near else None


def _common_prefix(one: str, other: str) -> int:
    """Return the length of the common prefix of two words."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


def _weight(rule: Rule, words: Iterable[str]) -> int:
    """Return how specific the most specific of the selectors that match this rule is, or -1 if none matches."""
    weights = [0 if word == ALL else 99 if word == rule.name else len(word) for word in words if matches(rule, word)]
    return max(weights, default=-1)
