"""`streamkit rule CODE`: the head of a rule's manual."""

from __future__ import annotations

import json
import re

import pytest

from streamkit.cli.rule import command
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
    [told] = json.loads(CliRunner().invoke(command, [code, "--format", "json"], standalone_mode=False).stdout)["rules"]
    assert told["lawful_in"] == dialects


def test_a_rule_that_no_dialect_permits_names_none() -> None:
    assert not [line for line in head("SSE121") if line.startswith("Allowed in")]
