"""What is not judged because of a defect that another case reports, and what fails nevertheless.

Several answers of the good server are changed at once (`edits.py`), and the cases that share an API are judged together.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from streamkit.model.probing import CaseResult
from streamkit.probes import PROBES, judge
from streamkit.rules import RULES
from streamkit.service.judging import answer_of
from tests.probes.edits import edited
from tests.probes.test_pages import recorded

LOSES_A_WORD = ("answers-agree", "2: drop 5", "a part of the text is missing")
NO_ROLE = ("chunk-order", "drop 1", "SEQ401")
AS_PING = "replace 'data: [DONE]' 'data: {}\\n\\ndata: [DONE]'"
# The case that fails, the change of its answer and its reason; another case, the change of its answer, and its verdict.
TABLE = [
    # Parts are missing in other streams as well.
    (*LOSES_A_WORD, "streamed-tool", "drop 3", "error: not judged: the arguments are not JSON"),
    (*LOSES_A_WORD, "streamed-tool", "drop 5", "error: not judged: finish reason None"),
    (*LOSES_A_WORD, "stop-sequence", "drop 5", "error: not judged: the model did not count"),
    (*LOSES_A_WORD, "reasoning", "cut 5", "error: not judged: the stream is cut off"),
    (*NO_ROLE, "two-choices", "drop 1", "error: not judged: SEQ415"),
    # These have other causes.
    (*LOSES_A_WORD, "streamed-tool", 'replace \'"tool_calls": [{"index": 0, \' \'"tool_calls": [{\'', "fail: SCH312"),
    (*LOSES_A_WORD, "one-tool", "replace 'get_weather' 'weather'", "fail: a call of 'weather'"),
    (*LOSES_A_WORD, "keep-alive", "status 500", "fail: status 500"),
    (*NO_ROLE, "stop-sequence", "replace 'four' 'five'", "fail: the text contains 'five'"),
    (*NO_ROLE, "streamed-tool", "replace 'get_weather' 'weather'", "fail: a call of 'weather'"),
    # A deviation explains no failure.
    ("answers-agree", "2: replace 'five' 'fife'", "two texts", "streamed-tool", "drop 3", "fail: the arguments are"),
    # Plain answers, and refusals, that are not JSON.
    (
        "plain-answer",
        "body '[1'",
        "the body is not a JSON object",
        "models",
        "body '{'",
        "error: not judged: the body is",
    ),
    (
        "plain-answer",
        "body '[1'",
        "the body is not a JSON object",
        "bad-json",
        "body ''",
        "error: not judged: the body is",
    ),
    ("plain-answer", "body '[]'", "the body is not a JSON object", "models", "body '{}'", "fail: object is None"),
    # Everything is refused in the same way.
    ("plain-answer", "status 404", "status 404", "missing-messages", "status 404", "error: not judged: status 404"),
    ("plain-answer", "status 404", "status 404", "bad-key", "status 200", "deviates: keys are not checked"),
    # An event that should not be there is reported once; another one that comes too late is another defect.
    ("chunk-shape", AS_PING, "SCH301", "reasoning", AS_PING, "pass"),
    ("chunk-shape", AS_PING, "SCH301", "reasoning", "swap 8", "fail: USG505"),
]


def judged(changes: dict[str, str], folder: Path) -> dict[str, CaseResult]:
    """The verdicts on cases of Chat Completions with changed answers, by name."""
    rules = [rule for rule in RULES.values() if rule.default]
    answers = {}
    for name, change in changes.items():
        probe = PROBES[f"openai_chat/{name}"]
        asks = [ask for ask in probe.chain for _ in range(ask.copies)]
        exchanges = edited(recorded(probe, folder), change)
        answers[probe.key] = [answer_of(ask, one, rules) for ask, one in zip(asks, exchanges, strict=True)]
    return {case.name: case for case in judge(list(PROBES.values()), [answers])}


@pytest.mark.parametrize(("cause", "change", "why", "case", "also", "verdict"), TABLE)
def test_a_row(cause: str, change: str, why: str, case: str, also: str, verdict: str, good_folder: Path) -> None:
    found = judged({cause: change, case: also}, good_folder)
    assert found[cause].verdict == ("deviates" if "fife" in change else "fail")
    assert why in found[cause].why
    expected, _, reason = verdict.partition(": ")
    assert (found[case].verdict, reason in found[case].why) == (expected, True), found[case].why
    if expected == "error":
        assert found[case].why.endswith(f", see openai_chat/{cause}")
