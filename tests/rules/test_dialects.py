"""What a dialect allows fails no run; an error is still reported as information, and `strict` restores it."""

from __future__ import annotations

import pytest

from streamkit.apis import interpret
from streamkit.apis.dialects import DIALECTS, Dialect
from streamkit.model.exchange import Exchange, Frames
from streamkit.rules import RULES, lint, selected

from .edits import edited

REPEATED = edited("chat", ['set 2 $.choices[0].delta.role "assistant"'])


def codes(dialect: str | None, *, strict: bool = False) -> set[tuple[str, str]]:
    exchange = Exchange(frames=Frames([REPEATED], [None], [1]))
    stream = interpret(exchange, dialect=dialect, strict=strict, judge=True)
    return {(finding.code, finding.severity) for finding in lint(stream, selected())}


@pytest.mark.parametrize("dialect", list(DIALECTS.values()), ids=lambda dialect: dialect.name)
def test_every_code_that_a_dialect_allows_is_a_rule(dialect: Dialect) -> None:
    assert set(dialect.lawful) <= set(RULES)


@pytest.mark.parametrize(
    ("dialect", "strict", "found"),
    [
        (None, False, {("SEQ402", "error")}),
        ("openai", False, {("SEQ402", "error")}),
        ("openrouter", False, {("SEQ402", "info")}),
        ("openrouter", True, {("SEQ402", "error")}),
    ],
)
def test_a_repeated_role_is_allowed_if_the_dialect_allows_it(
    dialect: str, strict: bool, found: set[tuple[str, str]]
) -> None:
    assert codes(dialect, strict=strict) == found
