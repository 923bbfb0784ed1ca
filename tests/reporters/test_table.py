"""Tables and pictures for a terminal: columns stay aligned whatever their content, and labels never touch."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.palette import Palette, unpainted
from streamkit.reporters import Mark, table
from streamkit.reporters.table import Table, drawn, strip
from streamkit.text import width

MS = 1_000_000
NAMES = ["plain", "日本語", "می\u200cخواهم", "👨\u200d👩\u200d👧\u200d👦", "🇮🇷 flag", "שָׁלוֹם", "❤️"]


def marks(end_ns: int) -> list[Mark]:
    return [Mark(0, "role"), Mark(end_ns // 3, "text"), Mark(end_ns, "finish")]


def ruler(end_ns: int, columns: int) -> str:
    return "".join(strip(marks(end_ns), width=columns, ascii_only=False)).split("\n")[2]


def test_numbers_are_aligned_next_to_any_script() -> None:
    text = drawn(Table(["Stream", "Chunks"], [[name, "12"] for name in NAMES]))
    assert {width(line) for line in text.splitlines()} == {width(text.split("\n", 1)[0])}


def test_color_does_not_affect_alignment() -> None:
    verdicts = Table(["Stream", "Verdict", "N"], [["a", "complete", "1"], ["bcd", "malformed", "22"]], left=2)
    painted = drawn(verdicts, Palette(on=True))
    assert "\x1b[32mcomplete\x1b[0m" in painted
    assert unpainted(painted) == drawn(verdicts)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (80, "  0               154 ms             307 ms             460 ms             614 ms"),
        (60, "  0          154 ms        307 ms        460 ms        614 ms"),
        (40, "  0     154 ms   307 ms         614 ms"),
        (24, "  0                614 ms"),
    ],
)
def test_the_labels_of_an_axis(columns: int, expected: str) -> None:
    assert ruler(614 * MS, columns).split() == expected.split()


@given(st.integers(1, 10**14), st.integers(20, 120))
def test_labels_never_touch(end_ns: int, columns: int) -> None:
    """Each is a number and a unit; without a gap, two could not be read."""
    shown = ruler(end_ns, columns)
    labels = re.split(r" {2,}", shown.strip())
    assert len(shown) <= max(columns - 2, 22)
    assert labels[0] == "0"
    assert all(re.fullmatch(r"0|\d+m\d\ds|[\d.]+ (s|ms|µs|ns)", label) for label in labels), labels


CELLS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=9)
TABLES = st.integers(1, 4).flatmap(
    lambda count: st.lists(st.lists(CELLS, min_size=count, max_size=count), min_size=1, max_size=5)
)


@given(TABLES, st.integers(0, 4))
def test_ascii_tables_equal_those_of_tabulate(rows: list[list[str]], left: int) -> None:
    """The fast path for ASCII and tabulate give the same lines."""
    short, whole = (aligned(rows, left) for aligned in (table._by_padding, table._by_tabulate))
    assert [line.rstrip() for line in short] == [line.rstrip() for line in whole]
