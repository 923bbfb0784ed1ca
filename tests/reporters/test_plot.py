"""Pictures for a terminal, as they are drawn: bars of equal ratio, and one stream over time."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit.reporters import Mark
from streamkit.reporters._plot import histogram, legend, strip

MS = 1_000_000
ALPHA = 1 / 3  # each bucket ends at twice its beginning: bucket k holds the values in (2^(k-1), 2^k]


def drawn(
    buckets: dict[int, int],
    *,
    zero: int = 0,
    least: float = 0,
    most: float = 1e9,
    width: int = 50,
    ascii_only: bool = True,
    unit: str = "ns",
    axis: bool = False,
) -> list[str]:
    data: dict[str, Any] = {
        "alpha": ALPHA,
        "zero": zero,
        "min": least,
        "max": most,
        "buckets": {str(key): count for key, count in buckets.items()},
    }
    lines = "".join(histogram(data, unit, width=width, ascii_only=ascii_only)).splitlines()
    return lines if axis or not buckets else lines[:-2]


def test_a_bar_is_as_long_as_its_count_and_an_empty_one_is_shown() -> None:
    # 50 columns less 24 for the range and 3 for ` 22` leave 23 for the longest bar.
    assert drawn({3: 22, 4: 11, 6: 1}, least=5, most=64) == [
        "     5 ns -      8 ns |####################### 22",
        "     8 ns -     16 ns |############ 11",
        "    16 ns -     32 ns |",
        "    32 ns -     64 ns |# 1",
    ]


def test_below_is_an_axis_with_round_counts() -> None:
    assert drawn({3: 22, 4: 11}, least=5, most=16, width=100, axis=True)[2:] == [
        "                      +----------------+---------------+----------------+---------------+-------",
        "                      0                5              10               15              20",
    ]
    assert drawn({3: 1}, least=5, most=8, axis=True, ascii_only=False)[1:] == [
        "                      └───────────────────────┴",
        "                      0                       1",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("count", [1, 9, 99, 12_345, 9_999_999])
def test_a_histogram_fits_the_width(width: int, count: int) -> None:
    lines = drawn({3: count, 4: 1}, least=5, most=16, width=width, axis=True)
    assert max(map(len, lines)) <= width
    ruler, labels = lines[-2:]
    assert ruler.count("+") == len(labels.split()) >= 2, "each tick has its label, and the labels are apart"


def test_the_ends_are_the_least_and_the_greatest_value() -> None:
    assert [line.partition("|")[0].split() for line in drawn({3: 1, 4: 1}, least=5, most=11)] == [
        ["5", "ns", "-", "8", "ns"],
        ["8", "ns", "-", "11", "ns"],
    ]


def test_eighths_of_a_column() -> None:
    lines = drawn({0: 160, 1: 80, 2: 5, 3: 1}, width=24 + 4 + 10, ascii_only=False)
    assert [line.partition("▕")[2] for line in lines] == ["██████████ 160", "█████ 80", "▎ 5", "▏ 1"]


def test_zeros_have_a_line_of_their_own() -> None:
    assert drawn({}, zero=1234) == ["                    0 | 1,234"]
    assert drawn({1: 1}, zero=2)[0] == "                    0 | 2"
    assert drawn({}) == []


@pytest.mark.parametrize(("last", "lines"), [(0, 1), (9, 10), (10, 6), (19, 10), (20, 7)])
def test_at_most_ten_bars_of_as_many_buckets_each(last: int, lines: int) -> None:
    found = drawn({0: 1, last: 1} if last else {0: 2})
    assert len(found) == lines
    assert sum(int(line.split()[-1]) for line in found if "#" in line) == 2


def test_several_buckets_in_a_bar_are_one_range() -> None:
    ranges = [line.partition("|")[0].split() for line in drawn({4: 1, 14: 1})]
    assert ranges[:2] == [["8", "ns", "-", "32", "ns"], ["32", "ns", "-", "128", "ns"]]  # two buckets, a factor of four


def test_a_narrow_terminal_keeps_four_columns_for_bars() -> None:
    assert drawn({0: 3}, width=10)[0].endswith("|#### 3")


MARKS = [
    Mark(0, "role"),
    Mark(100 * MS, "reasoning"),
    Mark(300 * MS, "text"),
    Mark(300 * MS, "text"),
    Mark(300 * MS, "tool"),
    Mark(500 * MS, "usage"),
    Mark(500 * MS, "other"),
    Mark(800 * MS, "text", stall=True),
    Mark(1000 * MS, "finish"),
    Mark(1000 * MS, "error"),
]


def test_a_stream_over_time() -> None:
    # 24 columns less 4: one for every 50 ms. The rarer kind of a column is shown; a stall hides its kind.
    assert "".join(strip(MARKS, width=24, ascii_only=True)) == (
        " |. .   #   :     .  :|\n"  # one of three, three of three, two of three
        " |r k   f   u     !  X|\n"
        "  0             1.00 s\n"
    )


def test_heights_are_eighths() -> None:
    marks = [Mark(0, "text")] + [Mark(50 * MS, "text")] * 4 + [Mark(1000 * MS, "text")] * 8
    assert "".join(strip(marks, width=24, ascii_only=False)).splitlines()[:2] == [
        f" │▁▄{' ' * 17}█│",
        f" │tt{' ' * 17}t│",
    ]


@pytest.mark.parametrize("marks", [[], [Mark(0, "text")], [Mark(-5, "text")]])
def test_without_times_there_is_no_chart(marks: list[Mark]) -> None:
    assert list(strip(marks, width=80, ascii_only=True)) == []


def test_a_mark_before_the_beginning_is_drawn_at_the_beginning() -> None:
    assert (
        "".join(strip([Mark(-9, "role"), Mark(10, "text")], width=24, ascii_only=True)).splitlines()[1]
        == f" |r{' ' * 18}t|"
    )


def test_the_legend_names_what_occurs_in_a_fixed_order() -> None:
    assert legend(MARKS, ascii_only=True) == (
        "  r role, k reasoning, t text, f tool, E finish, u usage, X error, o other, ! after a stall\n"
    )
    assert legend([Mark(5, "finish"), Mark(0, "text")], ascii_only=False) == "  t text · E finish\n"
