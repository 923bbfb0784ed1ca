"""The matrix of docs/clients.md, measured again against the SDKs that are installed.

    STREAMKIT_CLIENTS=1 pytest -m clients

Opt-in, because what others' clients do changes with their versions and not with ours.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from streamkit.rules import RULES

from .clients import outcome
from .edits import edited

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
_ROW = re.compile(
    r"^\| \[?(?P<code>[A-Z]{3}\d{3})[^|]*\| (?P<stream>\w+) \| (?P<edits>.*?) \| (?P<outcome>.*?) \|$", re.MULTILINE
)
APIS = {"anthropic": "anthropic_messages", "thinking": "anthropic_messages", "responses": "openai_responses"}


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    stream: str
    edits: tuple[str, ...]
    outcome: str


ROWS = [
    Row(
        match["code"],
        match["stream"],
        tuple(double or single for double, single in re.findall(r"`` (.*?) ``|`([^`]+)`", match["edits"])),
        match["outcome"].strip("`"),
    )
    for match in _ROW.finditer(PAGE.read_text(encoding="utf-8"))
]


@pytest.mark.clients
@pytest.mark.skipif(not os.environ.get("STREAMKIT_CLIENTS"), reason="STREAMKIT_CLIENTS is not set")
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code}-{row.stream}-{'; '.join(row.edits)[:40]}")
def test_the_sdk_does_what_the_page_says(row: Row, tmp_path: Path) -> None:
    api = APIS.get(row.stream, "openai_chat")
    body = edited(row.stream, list(row.edits))
    assert outcome(api, edited(row.stream, []), body, tmp_path) == row.outcome


def test_the_page_has_rows_and_each_is_of_a_rule() -> None:
    assert len(ROWS) >= 60
    assert {row.code for row in ROWS} <= set(RULES.entries)


def test_what_the_page_shows_to_break_is_an_error_unless_it_says_why() -> None:
    """Severity is measured: where an SDK raises or gives other data, the rule is an error or the page explains."""
    explained = set(re.findall(r"^\* ([A-Z]{3}\d{3}):", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    mild = {row.code for row in ROWS if row.outcome != "same" and RULES[row.code].severity != "error"}
    assert mild <= explained
