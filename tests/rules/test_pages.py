"""Every rule has a page of small defects, each in an otherwise good stream: the rule meant for it finds it, and no other.

Valid streams are listed too, with `-`: they cause no error and no warning.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from streamkit.model.finding import Finding
from streamkit.model.stream import Stream
from streamkit.rules import RULES, Rule, lint, selected

from .edits import STREAMS, edited
from .examples import findings, in_order, streams

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


def assert_path_leads_there(finding: Finding, stream: Stream) -> None:
    """The JSON path of a finding leads to a value of its event, or to a field that an object there does not have."""
    path, event = finding.place.path, finding.place.event
    payload = stream.events.data[event - 1] if event is not None else b""
    if not path or path == "$" or not payload.startswith((b"{", b"[")):
        return
    value = json.loads(payload)
    steps = path.replace("[", ".").replace("]", "").removeprefix("$.").split(".")
    if steps[0] == "data" and not (type(value) is dict and "data" in value):
        steps = steps[1:]  # of an API whose chunks are the name of an event and its data
    for step in steps[:-1]:
        value = value[step] if type(value) is dict else value[int(step)]
    assert value is None or type(value) in (dict, list), f"{finding.code}: {path}"


# Pages whose defects show elsewhere than where the row makes them: a block opened as another kind shows at its first piece.
_SHOWN_ELSEWHERE = {
    *("ANT705", "ANT710", "ANT716", "ANT719", "GEM903", "RSP819", "SEQ420", "SEQ455", "SEQ461", "SEQ462"),
    *("USG503", "USG504", "USG510"),
}
_SET = re.compile(r"(?:set|delete) \d+ (\$\S+)")


def assert_path_is_of_the_edit(row: Row, found: list[Finding]) -> None:
    """The path of a finding is the edited one, above it or below it, for rows of one edit."""
    paths = [finding.place.path or "" for finding in found if finding.code == row.page]
    edit = _SET.match(row.edits[0]) if len(row.edits) == 1 and row.page not in _SHOWN_ELSEWHERE else None
    if edit is None or not any(paths):
        return
    paths += [path.replace("$.data", "$") for path in paths]  # as above
    assert any(path and (edit[1].startswith(path) or path.startswith(edit[1])) for path in paths), paths


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.page}-{row.stream}-{'; '.join(row.edits)[:60]}")
def test_a_defect_is_found_by_its_rule(row: Row, tmp_path: Path) -> None:
    wanted = selected(extend=(row.page,)) if row.page in RULES else selected()
    [stream] = streams(edited(row.stream, list(row.edits)), tmp_path)
    found = list(lint(stream, wanted))
    severities = {code.partition(" ")[0]: code for code in row.found}
    shown = {
        f"{finding.code} {finding.severity}" if " " in severities.get(finding.code, "") else finding.code
        for finding in found
        if finding.severity != "info" or finding.code == row.page
    }
    assert_path_is_of_the_edit(row, found)
    for finding in found:
        assert_path_leads_there(finding, stream)
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
