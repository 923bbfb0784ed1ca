"""Every rule's file is its manual: what it finds, why, and what to do, with examples that prove it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from streamkit.apis import interpret
from streamkit.formats import read
from streamkit.model.finding import SEVERITIES
from streamkit.rules import Rule, measured

from .examples import examples, findings, in_order, with_default

FAMILIES = ("SSE", "JSN", "SCH", "SEQ", "USG", "TIM", "ANT", "RSP", "GEM", "LOG", "REC")


@pytest.fixture(params=in_order(), ids=lambda rule: rule.code)
def rule(request: pytest.FixtureRequest) -> Rule:
    chosen: Rule = request.param
    return chosen


def test_the_bad_example_has_exactly_that_finding(rule: Rule, tmp_path: Path) -> None:
    shown = {label: one for label, one in examples(rule.manual).items() if label.startswith("Bad")}
    assert "Bad" in shown
    for label, bad in shown.items():
        found = list(findings(bad.data, tmp_path, with_default(rule)))
        codes = {finding.code for finding in found if finding.severity != "info" or finding.code == rule.code}
        assert codes == {rule.code, *bad.beside}, (label, [(f.code, f.message) for f in found])


def test_the_good_example_has_no_findings(rule: Rule, tmp_path: Path) -> None:
    shown = {label: one for label, one in examples(rule.manual).items() if label.startswith("Good")}
    assert "Good" in shown
    for label, good in shown.items():
        found = list(findings(good.data, tmp_path, with_default(rule)))
        assert not found, (label, [(f.code, f.message) for f in found])


def test_an_example_is_of_the_api_that_it_names(rule: Rule, tmp_path: Path) -> None:
    for label, shown in examples(rule.manual).items():
        if "`" in label:
            (tmp_path / "example").write_bytes(shown.data)
            [exchange] = read(str(tmp_path / "example"))
            assert interpret(exchange).api == label.split("`")[1]


def test_the_manual_explains_what_it_finds_and_why_it_matters(rule: Rule) -> None:
    first, _, rest = rule.manual.partition("\n")
    assert first.endswith(".")
    assert "\nWhat it finds: " in rest
    assert "\nWhy it matters: " in rest
    assert "\nWhat to do: " in rest


def test_the_code_is_a_family_and_a_number(rule: Rule) -> None:
    assert re.fullmatch(rf"({'|'.join(FAMILIES)})\d{{3}}", rule.code)


def test_every_error_breaks_a_measured_client(rule: Rule) -> None:
    judged_by_clients = rule.code[:3] not in ("REC",) and rule.code not in ("SCH300", "SCH380")
    assert not (rule.severity == "error" and judged_by_clients) or measured(rule.code)


def test_rule_names_are_unique() -> None:
    names = [rule.name for rule in in_order()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("rule", in_order(), ids=lambda rule: rule.code)
def test_its_severities_are_known(rule: Rule) -> None:
    assert {rule.severity, *rule.also} <= set(SEVERITIES)


@pytest.mark.parametrize(("severity", "also"), [("fatal", ()), ("error", ("warn",))])
def test_an_unknown_severity_is_refused(severity: Any, also: Any) -> None:
    word = repr(*({severity, *also} - {"error"}))
    with pytest.raises(ValueError, match=f"invalid severity {word} of ACM001: expected error, warning, info"):
        Rule.declare(__name__, "ACM001", severity, also=also, finds=())
