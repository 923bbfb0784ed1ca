"""Any table, in each format that has tables: the same two rows, whole."""

from __future__ import annotations

import json

import pytest

from streamkit.reporters import REPORTERS

ROWS = [
    {"name": "a|b", "count": 1, "share": 0.5, "text": None},
    {"name": "=1+1", "count": None, "share": 1.0, "text": "two\nlines \x1b[2J"},
]


def drawn(name: str) -> str:
    draw = REPORTERS[name].rows
    assert draw is not None
    return draw(ROWS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("csv", ["name,count,share,text", "a|b,1,0.5,", "'=1+1,,1.0,two\\nlines \\x1b[2J"]),
        ("markdown", ["| name | count | share | text |", "|---|---:|---:|---|", "| a\\|b | 1 | 0.5 | - |", "| =1+1 | - | 1.0 | two\\\\nlines \\\\x1b\\[2J |"]),
        ("table", ["name  count  share  text", "a|b   1      0.5    -", "=1+1  -      1.0    two\\nlines \\x1b[2J"]),
    ],
)  # fmt: skip
def test_tables_for_people(name: str, expected: list[str]) -> None:
    assert drawn(name).splitlines() == expected
    assert drawn(name).endswith("\n")


def test_tables_for_programs() -> None:
    assert json.loads(drawn("json")) == ROWS
    assert [json.loads(line) for line in drawn("jsonl").splitlines()] == ROWS
    assert drawn("json").endswith("]\n")
    assert drawn("jsonl").count("\n") == 2


@pytest.mark.parametrize("name", ["csv", "json", "jsonl", "markdown", "table"])
def test_no_rows(name: str) -> None:
    draw = REPORTERS[name].rows
    assert draw is not None
    assert draw([]).strip() in ("", "[]")
