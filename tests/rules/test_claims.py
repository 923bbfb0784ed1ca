"""A claim about a client is shown where it was measured: on streams of the client's API, and for the field that it is about.

The effects themselves are in the measurements; these tests check which of them a finding shows.
"""

from __future__ import annotations

import re

import pytest

from streamkit.apis import interpret
from streamkit.model.exchange import Exchange, Frames
from streamkit.model.finding import Finding
from streamkit.rules import RULES, _claims, lint, measured, measurements, selected

from .edits import edited


def findings(stream: str, edits: list[str], code: str, dialect: str | None = None) -> list[Finding]:
    body = Frames([edited(stream, edits)], [None], [1])
    found = interpret(Exchange(frames=body), dialect=dialect, judge=True)
    return list(lint(found, selected((code,))))


def named(breaks: tuple[str, ...]) -> set[str]:
    """The clients that are named, without versions and calls: `openai-python`."""
    heads = [re.sub(r" `[^`]*`", "", sentence).partition(": ")[0] for sentence in breaks]
    return {re.sub(r" \d.*", "", name) for head in heads for name in head.split(", ")}


OPENAI = {"openai-python", "openai-node", "langchain-openai", "litellm", "Vercel AI SDK"}
ANTHROPIC = {"anthropic", "@anthropic-ai/sdk", "litellm", "Vercel AI SDK"}
GEMINI = {"google-genai", "@google/genai", "Vercel AI SDK"}


# a stream, a defect, the rule; of the clients named: some that are, and all that may be
@pytest.mark.parametrize(
    ("stream", "edits", "code", "among", "all_of"),
    [
        ("chat", ['set 2 $.created "1"'], "SCH302", {"Vercel AI SDK"}, OPENAI),
        ("chat", ["set 2 $.choices[0].logprobs []"], "SCH302", {"openai-python"}, OPENAI),
        ("anthropic", ["set 4 $.delta.text 7"], "SCH302", {"anthropic"}, ANTHROPIC),
        ("gemini", ["set 1 $.candidates[0].content.parts[0].text 7"], "SCH302", {"google-genai"}, GEMINI),
        ("chat", ["delete 2 $.choices"], "SCH301", {"openai-python", "openai-node"}, OPENAI),
        ("anthropic", ["cut 2"], "SSE103", {"anthropic"}, ANTHROPIC),
        ("gemini", ["cut 3"], "SSE103", {"google-genai"}, GEMINI),
        ("ollama", ["bytes \"quick\" -> \"qu\\xe9ck\""], "SSE101", set(), {"ollama"}),
        ("chat", ['bytes "brown" -> "br\\xe9wn"'], "SSE101", {"openai-python"}, OPENAI),
        ("chat", ['data 3 {"error":{"message":"x"}}'], "SEQ421", {"openai-python", "litellm"}, OPENAI),
        ("converse", ['bytes "quick" -> "quack"'], "SSE124", {"boto3"}, {"boto3"}),
    ],
)  # fmt: skip
def test_the_clients_of_a_finding(stream: str, edits: list[str], code: str, among: set[str], all_of: set[str]) -> None:
    [finding] = [one for one in findings(stream, edits, code) if one.severity == "error"]
    assert among <= named(finding.breaks) <= all_of


def test_a_field_without_measurements_has_no_claim() -> None:
    [finding] = findings("chat", ["set 2 $.system_fingerprint 7"], "SCH302")
    assert finding.place.path == "$.system_fingerprint"
    assert finding.breaks == ()


@pytest.mark.parametrize(
    ("code", "path", "client", "words"),
    [
        # what older pages claimed, and measuring showed to be otherwise
        ("SCH302", "$.created", "litellm", "raises"),
        ("SCH323", "$.usage.completion_tokens", "langchain-openai", "TypeError"),
        ("SCH314", "$.choices[].delta.tool_calls[].type", "openai-python", ""),
    ],
)
def test_claims_refuted_by_measurements_are_not_made(code: str, path: str, client: str, words: str) -> None:
    sentences = [sentence for claim in measured(code) if claim.path == path for sentence in claim.sentences]
    assert not [sentence for sentence in sentences if client in sentence.partition(": ")[0] and words in sentence]


@pytest.mark.parametrize(
    ("dialect", "edits", "code", "client"),
    [
        (
            "openrouter",
            [f'set {n} $.choices[0].delta.annotations [{{"type":"url_citation"}}]' for n in (2, 3)],
            "SCH315",
            "openai-python",
        ),
        ("azure", ["delete 2 $.choices[0].delta"], "SCH305", "openai-python"),
    ],
)
def test_what_a_dialect_allows_is_reported_as_info_with_the_client_that_raises(
    dialect: str, edits: list[str], code: str, client: str
) -> None:
    [finding] = findings("chat", edits, code, dialect)
    assert finding.severity == "info"
    assert any(client in sentence.partition(": ")[0] and "raises" in sentence for sentence in finding.breaks)


def test_a_client_of_one_provider_is_named_only_in_its_dialect() -> None:
    [plain], [mistral] = (findings("chat", ["set 2 $.choices {}"], "SCH302", dialect) for dialect in (None, "mistral"))
    assert "mistralai" not in named(plain.breaks)
    assert "mistralai" in named(mistral.breaks)


def test_no_built_in_rule_claims_what_is_measured() -> None:
    assert not [rule.code for rule in RULES.values() if rule.breaks]


def test_each_field_is_one_finding_however_many_chunks_have_it() -> None:
    edits = ["delete 2 $.id", "delete 3 $.id", "delete 3 $.model", "delete 4 $.object"]
    stream = interpret(Exchange(frames=Frames([edited("chat", edits)], [None], [1])), judge=True)
    found = [(one.severity, one.message, one.count) for one in lint(stream, selected(("SCH301",)))]
    assert sorted(found) == [
        ("error", "object is missing", 1),
        ("warning", "id is missing", 2),
        ("warning", "model is missing", 1),
    ]


def test_a_rule_reports_sixteen_fields_separately_and_counts_further_ones_with_the_first() -> None:
    edits = [f"set 2 $.x{number} 1" for number in range(40)]
    stream = interpret(Exchange(frames=Frames([edited("chat", edits)], [None], [1])), judge=True)
    found = list(lint(stream, selected(("unknown-field",))))
    assert (len(found), sum(finding.count for finding in found)) == (16, 40)


def test_the_cases_of_a_rule_are_read_without_the_others() -> None:
    cases = measurements()["cases"]
    assert {case["rule"] for case in cases} <= set(RULES)
    for code in (*RULES, "SEQ4", "no rule", ""):
        assert _claims._rows(code) == [case for case in cases if case["rule"] == code]
    assert _claims._clients() == measurements()["clients"]
