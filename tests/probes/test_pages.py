"""The pages of tests/specs/probes: what each case says of the good server's answers with one thing wrong in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from streamkit.formats import read
from streamkit.model.exchange import Exchange
from streamkit.probes import PROBES, Probe, judge
from streamkit.rules import RULES
from streamkit.service.judging import answer_of
from streamkit.service.probing import recording_name
from tests.probes.edits import edited

PAGES = Path(__file__).parents[1] / "specs" / "probes"
ROW = re.compile(r"^\| ([\w/-]+) \| `(.+)` \| (\w+)(?:: (.*))? \|$", re.MULTILINE)


def rows() -> Iterator[tuple[str, str, str, str]]:
    for page in sorted(PAGES.rglob("*.md")):
        yield from ((m[1], m[2], m[3], m[4] or "") for m in ROW.finditer(page.read_text(encoding="utf-8")))


ROWS = list(rows())


def place(exchange: Exchange) -> tuple[str, str]:
    """What orders the answers of a chain: the step, and for copies the request."""
    body = exchange.request.body if exchange.request else None
    return exchange.labels["step"], str(body.value if body else None)


def recorded(probe: Probe, folder: Path) -> list[Exchange]:
    return [
        exchange for first in probe.asks for exchange in sorted(read(str(folder / recording_name(first))), key=place)
    ]


@pytest.mark.parametrize(("key", "change", "verdict", "why"), ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS])
def test_a_row(key: str, change: str, verdict: str, why: str, good_folder: Path) -> None:
    probe = PROBES[key]
    asks = [ask for ask in probe.chain for _ in range(ask.copies)]
    exchanges = edited(recorded(probe, good_folder), change.replace("\\|", "|"))
    rules = [rule for rule in RULES.values() if rule.default]
    answers = [answer_of(ask, exchange, rules) for ask, exchange in zip(asks, exchanges, strict=True)]
    [case] = judge(list(PROBES.values()), [{key: answers}])
    assert case.verdict == verdict, case.why
    assert why.replace("\\|", "|") in case.why
    assert case.evidence


@pytest.mark.parametrize("key", PROBES)
def test_a_case_can_fail(key: str) -> None:
    """A case without a row that is not a pass would be a case that nothing can fail."""
    assert any(row[0] == key and row[2] != "pass" for row in ROWS)


@pytest.mark.parametrize("key", PROBES)
def test_a_manual_has_every_section(key: str) -> None:
    from streamkit.probes import SECTIONS, sections

    probe = PROBES[key]
    assert list(sections(probe.docstring)) == list(SECTIONS)
    assert probe.title
