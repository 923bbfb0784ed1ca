"""The samples are as recordings/README.md describes them, and reassemble to their golden messages.

`python -m tests.test_recordings` rewrites the golden messages; check what changed before you commit it.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from streamkit.apis import assemble, interpret
from streamkit.formats import read
from streamkit.model.stream import Stream
from streamkit.rules import RULES, lint

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "recordings"
GOLDEN = Path(__file__).parent / "golden"
ROW = re.compile(r"^\| `([^`]+)` \|[^|]*\| (synthetic|pasted) \| ([^|]+) \|([^|]*)\|$", re.MULTILINE)
ROWS = {
    name: (source, verdicts.strip().split(", "), findings.split())
    for name, source, verdicts, findings in ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))
}


def streams(name: str) -> list[Stream]:
    return [interpret(exchange, judge=True) for exchange in read(str(FOLDER / name))]


def golden(name: str) -> Path:
    return GOLDEN / name.replace(".jsonl", ".json")


def assembled(name: str) -> list[Any]:
    """Return the final object of every stream of a sample, or None if its API is unknown."""
    made = [assemble(stream) for stream in streams(name)]
    return [json.loads(json.dumps(assembler.object)) if assembler else None for assembler in made]


def test_every_sample_has_its_row() -> None:
    assert sorted(ROWS) == sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.jsonl"))


@pytest.mark.parametrize("name", ROWS)
def test_a_sample_has_its_verdict(name: str) -> None:
    assert [stream.verdict for stream in streams(name)] == ROWS[name][1]


@pytest.mark.parametrize("name", ROWS)
def test_the_sample_has_the_expected_findings(name: str) -> None:
    rules = [rule for rule in RULES.values() if rule.default]
    found = {finding.code for stream in streams(name) for finding in lint(stream, rules) if finding.severity != "info"}
    assert sorted(found) == sorted(ROWS[name][2])


@pytest.mark.parametrize("name", ROWS)
def test_a_sample_reassembles_to_its_golden_message(name: str) -> None:
    assert assembled(name) == json.loads(golden(name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ROWS)
def test_a_sample_names_its_source(name: str) -> None:
    for stream in streams(name):
        exchange = stream.exchange
        assert not exchange.damage
        if ROWS[name][0] == "synthetic":
            assert exchange.labels == {"synthetic": "true"}
            assert exchange.timed
        else:
            assert exchange.imported is not None
            assert exchange.clock == "none"


def test_no_sample_has_a_path_or_a_name_of_the_machine_that_made_it() -> None:
    for name in ROWS:
        assert not re.search(rb"/home/(?!tony/)|/root|/Users/(?!simon/)", (FOLDER / name).read_bytes())


def write_golden() -> None:
    for name in ROWS:
        golden(name).parent.mkdir(parents=True, exist_ok=True)
        golden(name).write_text(json.dumps(assembled(name), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        sys.stdout.write(f"{golden(name)}\n")


if __name__ == "__main__":
    write_golden()
