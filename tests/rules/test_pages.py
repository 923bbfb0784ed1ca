"""Every rule has a page of small defects, each in an otherwise good stream: the rule meant for it finds it, and no other.

Valid streams are listed too, with `-`: they cause no error and no warning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from streamkit.rules import RULES, Rule, selected

from .edits import STREAMS, edited
from .examples import findings, in_order

PAGES = Path(__file__).parents[1] / "specs" / "rules"
_ROW = re.compile(r"^\| (?P<stream>[\w-]+) \| (?P<edits>.*?) \| (?P<found>.*?) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a page: the stream, what is changed, and the codes that are found, with a severity where it is told."""

    page: str
    stream: str
    edits: tuple[str, ...]
    found: frozenset[str]


def rows(page: Path) -> list[Row]:
    """The rows of one page."""
    return [
        Row(
            page.stem,
            match["stream"],
            tuple(re.findall(r"`` ?(.*?) ?``|`([^`]+)`", match["edits"]) and _edits(match["edits"])),
            frozenset() if match["found"] == "-" else frozenset(re.split(r",\s*", match["found"])),
        )
        for match in _ROW.finditer(page.read_text(encoding="utf-8"))
        if match["stream"] not in ("stream", "---")
    ]


def _edits(cell: str) -> list[str]:
    return [double or single for double, single in re.findall(r"`` (.*?) ``|`([^`]+)`", cell)]


ROWS = [row for page in sorted(PAGES.glob("*.md")) for row in rows(page)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.page}-{row.stream}-{'; '.join(row.edits)[:60]}")
def test_a_defect_is_found_by_its_rule(row: Row, tmp_path: Path) -> None:
    wanted = selected(extend=(row.page,)) if row.page in RULES else selected()
    found = list(findings(edited(row.stream, list(row.edits)), tmp_path, wanted))
    severities = {code.partition(" ")[0]: code for code in row.found}
    shown = {
        f"{finding.code} {finding.severity}" if " " in severities.get(finding.code, "") else finding.code
        for finding in found
        if finding.severity != "info" or finding.code == row.page
    }
    for finding in found:
        assert finding.severity in (RULES[finding.code].severity, *RULES[finding.code].also), finding
    assert shown == row.found, [(finding.code, finding.severity, finding.message) for finding in found]


@pytest.mark.parametrize("stream", sorted(path.stem for path in STREAMS.iterdir()))
def test_an_unchanged_stream_has_no_findings(stream: str, tmp_path: Path) -> None:
    found = list(findings(edited(stream, []), tmp_path, selected()))
    assert not found, [(finding.code, finding.message) for finding in found]


@pytest.mark.parametrize("rule", in_order(), ids=lambda rule: rule.code)
def test_every_rule_has_a_page_that_finds_it(rule: Rule) -> None:
    page = PAGES / f"{rule.code}.md"
    assert page.read_text(encoding="utf-8").startswith(f"# {rule.code} {rule.name}\n")
    assert any(code.partition(" ")[0] == rule.code for row in rows(page) for code in row.found)


def test_every_page_belongs_to_a_rule() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} - set(RULES) <= {"lawful"}


def test_there_are_enough_defects() -> None:
    assert sum(bool(row.found) for row in ROWS) >= 150
