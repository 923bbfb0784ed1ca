"""`reduce_stream` on the bad example of every rule: `lint` finds the rule in the result, and no new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamkit.apis import interpret
from streamkit.formats import read
from streamkit.model.stream import Stream
from streamkit.rules import RULES, Rule
from streamkit.service.reducing import NOT_IN_THE_BODY, breaks, kept_rules, reduce_stream
from tests.rules.examples import examples

# SCH380 needs a schema of the user.
REDUCIBLE = [rule for rule in RULES.values() if not rule.code.startswith((*NOT_IN_THE_BODY, "SCH380"))]


def example(rule: Rule, folder: Path) -> Stream:
    """Return the first stream of a rule's bad example that violates it."""
    path = folder / "bad"
    path.write_bytes(examples(rule.manual)["Bad"].data)
    streams = (interpret(exchange, judge=True) for exchange in read(path))
    return next(stream for stream in streams if breaks(stream, rule))


@pytest.mark.parametrize("rule", REDUCIBLE, ids=lambda rule: rule.code)
def test_lint_finds_the_rule_in_the_result_and_nothing_new(rule: Rule, tmp_path: Path) -> None:
    stream = example(rule, tmp_path)
    reduced = reduce_stream(stream, rule)
    [exchange] = read(reduced.data)
    left = interpret(exchange, judge=True)
    assert left.api == stream.api
    assert breaks(left, rule)
    assert [entry.code for entry in kept_rules(stream) if breaks(left, entry)] == []
    assert len(left.exchange.frames.body) <= len(stream.exchange.frames.body)


def test_a_stream_without_its_finish_keeps_its_api(tmp_path: Path) -> None:
    reduced = reduce_stream(example(RULES["SEQ410"], tmp_path), RULES["SEQ410"])
    assert reduced.data.endswith(b"data: [DONE]\n\n")
    assert b'"chat.completion.chunk"' in reduced.data
