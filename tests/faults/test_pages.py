"""Every fault has a page in tests/specs/faults: a fault as a user writes it, steps in one line, and the result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from streamkit.faults import FAULTS, inject, parse_faults
from tests.faults.measured import MEASURED
from tests.faults.notation import parse, shown

PAGES = Path(__file__).parents[1] / "specs" / "faults"
STREAM = "A@10 B@20 C@30 $@40 eof@50"
_ROW = re.compile(r"^\| `(?P<fault>[^|]*)` \|(?P<given>[^|]*)\|(?P<played>[^|]*)\|", re.MULTILINE)


def rows() -> Iterator[tuple[str, str, str]]:
    for page in sorted(PAGES.glob("*.md")):
        for row in _ROW.finditer(page.read_text(encoding="utf-8").partition(MEASURED)[0]):
            given, played = (row[name].strip().strip("`").strip() for name in ("given", "played"))
            yield row["fault"].strip(), given or STREAM, played


def test_every_row_is_read() -> None:
    pages = [page.read_text(encoding="utf-8").partition(MEASURED)[0] for page in PAGES.glob("*.md")]
    assert len(list(rows())) == sum(line.startswith("| `") for page in pages for line in page.splitlines())


def test_every_fault_has_a_page_and_every_page_a_fault() -> None:
    assert {page.stem.replace("_", "-") for page in PAGES.glob("*.md")} == set(FAULTS)


@pytest.mark.parametrize(("fault", "given", "played"), list(rows()))
def test_page(fault: str, given: str, played: str) -> None:
    steps, remarks = inject(parse(given), parse_faults(fault), Random(0))
    assert (remarks[0].partition("apply: ")[2] if remarks else shown(steps)) == played


@pytest.mark.parametrize("name", list(FAULTS))
def test_the_example_in_the_manual_works(name: str) -> None:
    fault = FAULTS[name]
    planned = parse_faults(fault.example)
    assert [p.fault.name for p in planned] == [name]
    steps, remarks = inject(parse("200@5 A@10 B@20 C@30 D@35 $@40 eof@50"), planned, Random(0))
    assert steps and (not remarks or name == "split")
