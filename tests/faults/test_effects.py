"""The effect of each fault on the official SDKs is that on its page, and docs/faults.md has the tables of all faults."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from streamkit.faults import FAULTS, parse_faults
from tests.faults import measured

DOCS = Path(__file__).parents[2] / "docs"
MADE: dict[str, Any] = runpy.run_path(str(DOCS / "_faults.py"))


def test_every_fault_is_measured() -> None:
    assert {planned.fault.name for fault in measured.EFFECTS for planned in parse_faults(fault)} == set(FAULTS)


def test_the_page_is_up_to_date() -> None:
    assert MADE["PAGE"].read_text(encoding="utf-8") == MADE["page"](), "run: make docs"


@pytest.mark.parametrize("fault", measured.EFFECTS)
def test_the_effect_is_the_one_that_the_page_shows(fault: str) -> None:
    for version in measured.versions():
        if version not in MADE["PAGE"].read_text(encoding="utf-8"):
            pytest.skip(f"the page was measured with other versions than {version}")
    assert (measured.effect_on_openai(fault), measured.effect_on_anthropic(fault)) == measured.EFFECTS[fault]
