"""The tables of docs/faults.md are true: the list of faults, and what the official SDKs make of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from streamkit.faults import FAULTS, PLACE, Fault, plan
from tests.faults import measured

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
_ROW = re.compile(r"^\| `([^`]+)` \| (.*) \| (.*) \|$", re.MULTILINE)
LISTED, EFFECTS = (
    {fault: (first, second) for fault, first, second in _ROW.findall(part)}
    for part in PAGE.read_text(encoding="utf-8").split("## What official SDKs make of them")
)


def listed(fault: Fault) -> str:
    """The arguments of a fault as the page lists them."""
    named = [f"`{argument.name}`: {argument.said}" for argument in fault.arguments if argument not in PLACE]
    return "; ".join(["*place*"] * (PLACE[0] in fault.arguments) + named) or "none"


def test_every_fault_is_listed_and_measured() -> None:
    assert list(LISTED) == list(FAULTS)
    assert list(EFFECTS) == list(measured.FAULTS)
    assert {planned.fault.name for fault in EFFECTS for planned in plan(fault)} == set(FAULTS)


@pytest.mark.parametrize("name", list(FAULTS))
def test_what_the_page_says_of_a_fault_is_what_the_fault_says(name: str) -> None:
    assert LISTED[name] == (FAULTS[name].summary, listed(FAULTS[name]))


@pytest.mark.parametrize("fault", measured.FAULTS)
def test_the_effect_is_the_one_that_the_page_shows(fault: str) -> None:
    for version in measured.versions():
        if version not in PAGE.read_text(encoding="utf-8"):
            pytest.skip(f"the page was measured with other versions than {version}")
    assert (measured.effect_on_openai(fault), measured.effect_on_anthropic(fault)) == EFFECTS[fault]
