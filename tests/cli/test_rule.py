"""`streamkit rule CODE`: the head of a rule's manual."""

from __future__ import annotations

import json
import re

import pytest

from streamkit.cli.rule import command
from streamkit.errors import UnknownEntry
from streamkit.rules import RULES
from tests.clicking import CliRunner


def head(code: str) -> list[str]:
    """Return what is between a rule's title and its manual."""
    shown = CliRunner().invoke(command, [code], standalone_mode=False).stdout
    return shown.split("\n\n")[1].splitlines()


@pytest.mark.parametrize(
    ("code", "named", "not_named"),
    [("SSE120", "perplexity", "azure"), ("SCH303", "azure", "cerebras"), ("USG502", "databricks", "ai21")],
)
def test_the_dialects_that_permit_it_are_named_and_no_others(code: str, named: str, not_named: str) -> None:
    [line] = [line for line in head(code) if line.startswith("Allowed in: ")]
    dialects = re.split(", |: ", line.rstrip("."))[1:]
    assert named in dialects and not_named not in dialects
    [rule] = json.loads(CliRunner().invoke(command, [code, "--format", "json"], standalone_mode=False).stdout)["rules"]
    assert rule["lawful_in"] == dialects


def test_a_rule_that_no_dialect_permits_names_none() -> None:
    assert not [line for line in head("SSE121") if line.startswith("Allowed in")]


def shown(*words: str) -> str:
    return CliRunner().invoke(command, list(words), standalone_mode=False).stdout


def test_the_manual_begins_with_what_the_rule_is() -> None:
    lines = shown("SEQ401").splitlines()
    assert lines[0] == "SEQ401 missing-first-role: Choice begins without a role."
    assert lines[2:4] == ["Severity: error, enabled by default.", "APIs: openai_chat."]
    assert any(
        re.match(r"Breaks in openai_chat, \$\.choices\[\]\.delta: openai-python 3\.\d+ .*; openai-node ", line)
        for line in lines
    )
    assert shown("seq401") == shown("SEQ401")
    assert "What to do: " in shown("SEQ401")


def test_every_rule_says_its_severities_and_whether_it_is_enabled() -> None:
    for one in RULES.values():
        also = f" (in some cases {' or '.join(one.also)})" if one.also else ""
        enabled = "enabled by default" if one.default else "enabled by --select or --extend-select"
        assert head(one.code)[0] == f"Severity: {one.severity}{also}, {enabled}."
        assert [line for line in head(one.code) if line.startswith("APIs: ")] == (
            [f"APIs: {', '.join(one.apis)}."] if one.apis else []
        )


def test_all_rules_are_listed_with_those_in_parentheses_that_are_not_enabled() -> None:
    lines = shown().splitlines()
    assert [line.split()[0] for line in lines] == [one.code for one in RULES.values()]
    for line, one in zip(lines, RULES.values(), strict=True):
        mark = one.severity if one.default else f"({one.severity})"
        assert line == f"{one.code}  {mark:<8}  {one.name:<24}  {one.summary}"


def test_a_prefix_lists_its_rules() -> None:
    codes = [line.split()[0] for line in shown("SSE").splitlines()]
    assert codes == [code for code in (one.code for one in RULES.values()) if code.startswith("SSE")]


def test_the_json_has_the_fields_of_the_rule() -> None:
    [rule] = json.loads(shown("SEQ401", "--format", "json"))["rules"]
    one = next(rule for rule in RULES.values() if rule.code == "SEQ401")
    assert rule["breaks"].startswith("openai_chat, $.choices[].delta: openai-python")
    del rule["breaks"], rule["lawful_in"]
    assert rule == {
        "code": "SEQ401",
        "name": "missing-first-role",
        "severity": "error",
        "also": [],
        "default": True,
        "summary": one.summary,
        "apis": ["openai_chat"],
        "manual": one.manual,
    }
    assert json.loads(shown("--format", "json"))["version"] == 1
    harmless = next(rule for rule in json.loads(shown("--format", "json"))["rules"] if rule["code"] == "SSE121")
    assert harmless["breaks"] is None or isinstance(harmless["breaks"], str)


@pytest.mark.parametrize("code", ["XYZ", "SEQ9999"])
def test_an_unknown_rule(code: str) -> None:
    assert isinstance(CliRunner().invoke(command, [code], standalone_mode=False).exception, UnknownEntry)
