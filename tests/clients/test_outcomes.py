"""Outcomes of clients for bad streams, and the text of claims made from them."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit.rules import effect
from tests.clients.outcomes import outcome

BASE = "http://127.0.0.1:8123"
GOOD = {
    "text": "Hi",
    "reasoning": "",
    "calls": [["c1", "f", '{"a": 1}']],
    "finish": ["stop"],
    "usage": [3, 2],
    "role": ["assistant"],
}
NO_USAGE = {**GOOD, "usage": None}


def line(**changed: Any) -> dict[str, Any]:
    return {"model": "case-7", "answer": {**GOOD, **changed}}


# the content of the bad stream, the result of the client -> the outcome, and the text of a claim
TABLE: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], str]] = {
    "the same": (GOOD, line(), {}, ""),
    "arguments as JSON, and one finish": (GOOD, line(calls=[["c1", "f", {"a": 1}]], finish="stop"), {}, ""),
    "another type of the same count": (GOOD, line(usage=[3.0, 2]), {}, ""),
    "an error": (
        GOOD,
        {"model": "case-7", "error": ["TypeError", f"no case-7 at {BASE}/v1\nmore"]},
        {"raises": ["TypeError", "no m at http://127.0.0.1/v1"]},
        "raises TypeError",
    ),
    "an error with a message": (
        GOOD,
        {"model": "m", "error": ["OpenAIError", "missing role"]},
        {"raises": ["OpenAIError", "missing role"]},
        "raises OpenAIError: missing role",
    ),
    "an error when the value is read": (
        GOOD,
        {"model": "m", "error": ["TypeError", "x"], "here": True},
        {"breaks": ["TypeError", "x"]},
        "returns a value that raises TypeError when read",
    ),
    "no result": (GOOD, {"model": "m", "hangs": True}, {"hangs": True}, "hangs"),
    "the text is missing": (GOOD, line(text=""), {"loses": {"text": ["Hi", ""]}}, "the text is lost"),
    "the text is missing in the stream": ({**GOOD, "text": ""}, line(text=""), {"sent": {"text": ["Hi", ""]}}, "the text is lost"),
    "the text twice": (GOOD, line(text="HiHi"), {"loses": {"text": ["Hi", "HiHi"]}}, "text is added"),
    "a name twice": (
        GOOD,
        line(calls=[["c1", "ff", {"a": 1}]]),
        {"loses": {"calls": [[["c1", "f", {"a": 1}]], [["c1", "ff", {"a": 1}]]]}},
        "the tool's name is `ff`",
    ),
    "an id that was never sent": (
        {**GOOD, "calls": [[None, "f", '{"a": 1}']]},
        line(calls=[["call_5f3a", "f", {"a": 1}]]),
        {"loses": {"calls": [[["c1", "f", {"a": 1}]], [["(made up)", "f", {"a": 1}]]]}},
        "makes up the tool call's id",
    ),
    "arguments made empty": (
        GOOD,
        line(calls=[["c1", "f", {}]]),
        {"loses": {"calls": [[["c1", "f", {"a": 1}]], [["c1", "f", {}]]]}},
        "the arguments are silently `{}`",
    ),
    "a finish reason that no event has": (
        {**GOOD, "finish": [None]},
        line(),
        {"loses": {"finish": [None, "stop"]}},
        "finish reason `stop` is made up",
    ),
    "a lone surrogate is escaped": (GOOD, line(text="\ud83d"), {"loses": {"text": ["Hi", "\\ud83d"]}}, "text is added"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(TABLE))
def test_outcome_and_claim(name: str) -> None:
    held, given, expected, words = TABLE[name]
    found = outcome((line(), given), (GOOD, held), BASE)
    assert found == expected
    assert effect(found, False, True) == words


def test_tokens_counted_by_a_client_are_not_a_loss() -> None:
    assert outcome((line(usage=[8, 2]), line(usage=[8, 3])), (NO_USAGE, NO_USAGE), BASE) == {}


def test_streams_that_are_not_a_pair_are_compared_with_the_bad_stream() -> None:
    bad = {**GOOD, "text": "Other", "finish": ["eos"]}
    assert outcome((line(), line(text="Other", finish=["eos"])), (GOOD, bad), BASE, pair=False) == {}
    lost = outcome((line(), line(text="Oth", finish=["eos"])), (GOOD, bad), BASE, pair=False)
    assert lost == {"loses": {"text": ["Other", "Oth"]}}


@pytest.mark.parametrize(
    ("found", "truncated", "passed_on", "words"),
    [
        ({}, True, True, "no error: the truncated answer looks complete"),
        ({}, True, False, ""),
        ({"raises": ["RuntimeError", ""]}, True, True, "raises RuntimeError"),
        ({"sent": {"finish": ["stop", None]}}, False, False, ""),
        ({"sent": {"finish": ["stop", None]}}, True, True, "no error, no finish reason"),
        ({"loses": {"finish": ["stop", "other"], "text": ["Hi", ""]}}, True, True, "no error, finish reason `other`"),
        (
            {"loses": {"finish": ["stop", ["stop", None]], "text": ["Hi", "Hi\nx"]}},
            False,
            True,
            "the answer is split over several choices",
        ),
        (
            {"loses": {"finish": [None, "stop"]}},
            True,
            True,
            "no error: the truncated answer looks complete, finish reason `stop` is made up",
        ),
    ],
)
def test_values_passed_on_count_as_harm_on_request(
    found: dict[str, Any], truncated: bool, passed_on: bool, words: str
) -> None:
    assert effect(found, truncated, passed_on) == words
