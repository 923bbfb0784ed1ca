"""A claim about a client is shown where it was measured: on streams of the client's API, and for the field that it is about."""

from __future__ import annotations

import pytest

from streamkit.apis import interpret
from streamkit.model.exchange import Exchange, Frames
from streamkit.rules import lint, selected

from .edits import edited


def claims(stream: str, edits: list[str], code: str) -> tuple[str, ...]:
    found = interpret(Exchange(frames=Frames([edited(stream, edits)], [None], [1])), judge=True)
    [finding] = [one for one in lint(found, selected((code,))) if one.severity == "error"]
    return finding.breaks


@pytest.mark.parametrize(
    ("stream", "edits", "code", "expected"),
    [
        ("chat", ['set 2 $.created "1"'], "SCH302", ("Vercel AI SDK 6.0: rejects every chunk where it is a string",)),
        ("chat", ["set 2 $.id 7"], "SCH302", ()),
        ("anthropic", ["set 4 $.delta.text 7"], "SCH302", ("anthropic 2.11: TypeError",)),
        ("gemini", ["set 1 $.candidates[0].content.parts[0].text 7"], "SCH302", ()),
        ("chat", ["delete 2 $.choices"], "SCH301", ("openai-python 3.52 `.chat.completions.stream()`: TypeError",)),
        ("chat", ["drop 7", "cut 2"], "SSE103", ("openai-python 3.52: the last event is lost, with the finish reason if it carries one",)),
        ("anthropic", ["cut 2"], "SSE103", ("anthropic 2.11: the last event is lost, with the finish reason if it carries one",)),
        ("gemini", ["cut 3"], "SSE103", ()),
        (
            "chat",
            ['bytes "brown" -> "br\\xe9wn"'],
            "SSE101",
            ("openai-python 3.52: UnicodeDecodeError in the middle of the stream",),
        ),
        ("chat", ['data 3 {"error":{"message":"x"}}'], "SEQ421", (
            "openai-python 3.52, openai-node 6.49: APIError in the middle of the stream",
            "litellm 1.106: MidStreamFallbackError",
        )),
        ("converse", ['bytes "quick" -> "quack"'], "SSE124", ("botocore 1.44: ChecksumMismatch for a wrong checksum",)),
    ],
)  # fmt: skip
def test_the_claims_of_a_finding(stream: str, edits: list[str], code: str, expected: tuple[str, ...]) -> None:
    assert claims(stream, edits, code) == expected


def test_different_fields_are_different_findings_and_one_field_in_many_chunks_is_one() -> None:
    edits = ["delete 2 $.id", "delete 3 $.id", "delete 3 $.model", "delete 4 $.object"]
    stream = interpret(Exchange(frames=Frames([edited("chat", edits)], [None], [1])), judge=True)
    found = [(one.severity, one.message, one.count) for one in lint(stream, selected(("SCH301",)))]
    assert sorted(found) == [
        ("error", "object is missing", 1),
        ("warning", "id is missing", 2),
        ("warning", "model is missing", 1),
    ]


def test_a_rule_tells_sixteen_fields_apart_and_counts_the_others_with_the_first() -> None:
    edits = [f"set 2 $.x{number} 1" for number in range(40)]
    stream = interpret(Exchange(frames=Frames([edited("chat", edits)], [None], [1])), judge=True)
    found = list(lint(stream, selected(("unknown-field",))))
    assert (len(found), sum(finding.count for finding in found)) == (16, 40)
