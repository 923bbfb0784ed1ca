"""The phrases of what clients do with a defect, from their outcomes in the measurements."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit.rules import effect

ONE, TWO = ["call_1", "f", {"a": 1}], ["call_2", "g", {}]


def lost(field: str, usual: Any, given: Any) -> dict[str, Any]:
    return {"loses": {field: [usual, given]}}


@pytest.mark.parametrize(
    ("outcome", "phrase"),
    [
        ({}, ""),
        ({"raises": ["TypeError", "no text"]}, "raises TypeError: no text"),
        ({"raises": ["TypeError", "line 7"]}, "raises TypeError"),
        ({"breaks": ["KeyError", "x"]}, "returns a value that raises KeyError when read"),
        ({"hangs": True}, "hangs"),
        (lost("text", "abc", ""), "the text is lost"),
        (lost("text", "abc", "abcd"), "text is added"),
        (lost("text", "abc", "ab"), "text is missing"),
        (lost("text", "abc", "abd"), "the text differs"),
        (lost("calls", [ONE], []), "the tool calls are lost"),
        (lost("calls", [ONE, TWO], [ONE]), "a tool call is lost"),
        (lost("calls", [ONE], [ONE, TWO]), "there is an extra tool call"),
        (lost("calls", '[["call_1", "f", {"a": "xxx…', [ONE]), "the tool calls differ"),
        (lost("calls", [ONE, TWO], '[["call_1", "f", {"a": "xxx…'), "the tool calls differ"),
        (lost("calls", [ONE], [["", "f", {"a": 1}]]), "a tool call without an id"),
        (lost("calls", [ONE], [["(made up)", "f", {"a": 1}]]), "makes up the tool call's id"),
        (lost("calls", [ONE], [["call_1", "", {"a": 1}]]), "a tool call without a name"),
        (lost("calls", [ONE], [["call_1", "f", {}]]), "the arguments are silently `{}`"),
        (lost("calls", [ONE], [["call_1", "f", {"a": 2}]]), "the arguments differ"),
        (lost("calls", [ONE], [["call_1", "f", "invalid: {"]]), "the call is marked as invalid"),
    ],
)
def test_the_effect_of_an_outcome(outcome: dict[str, Any], phrase: str) -> None:
    assert effect(outcome, truncated=False, passed_on=False) == phrase
