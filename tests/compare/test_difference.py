"""Whether two runs differ by more than chance."""

from __future__ import annotations

import random
from typing import Any

import pytest

from streamkit.compare.difference import Difference, compare, interval, overall

CHANCE = random.Random(7)


def around(middle: float, count: int = 50, width: float = 5) -> list[float]:
    return [CHANCE.gauss(middle, width) for _ in range(count)]


@pytest.mark.parametrize(
    ("before", "after", "more_is_better", "verdict"),
    [
        (around(100), around(100), False, "same"),
        (around(100), around(150), False, "slower"),
        (around(150), around(100), False, "faster"),
        (around(100), around(150), True, "faster"),
        (around(100, width=0.1), around(103, width=0.1), False, "same"),  # sure, and under 5 %
        (around(100, 5, 60), around(120, 5, 60), False, "same"),  # wide: chance
        ([100.0, 101.0], around(200), False, "unknown"),
    ],
)
def test_verdict(before: list[float], after: list[float], more_is_better: bool, verdict: str) -> None:
    told = compare(before, after, more_is_better=more_is_better)
    assert told is not None
    assert told.verdict == verdict


def test_nothing_to_compare() -> None:
    assert compare([], [1.0], more_is_better=False) is None


def test_the_interval_holds_the_true_difference_about_as_often_as_it_says() -> None:
    held = 0
    for _ in range(60):
        bounds = interval(around(100, 30), around(110, 30), draws=300)
        assert bounds is not None
        held += bounds[0] <= 10 <= bounds[1]
    assert held >= 50


def test_the_same_values_give_the_same_interval() -> None:
    before, after = around(100), around(120)
    assert interval(before, after) == interval(before, after)


def of(verdict: str) -> Any:
    told = compare([1.0] * 3, [1.0] * 3, more_is_better=False)
    assert told is not None
    return Difference(told.before, told.after, 0, 0, verdict)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first_token", "duration", "before", "after", "verdict"),
    [
        ("slower", "same", 0, 5, "buffered"),
        ("slower", "same", 3, 5, "slower"),  # it was so before
        ("slower", "same", 0, 0, "slower"),
        ("same", "slower", 0, 0, "slower"),
        ("same", "same", 0, 5, "same"),
        ("faster", "same", 0, 0, "faster"),
        (None, None, 0, 0, "unknown"),
        (None, "faster", 0, 0, "faster"),
    ],
)
def test_overall(first_token: str | None, duration: str | None, before: int, after: int, verdict: str) -> None:
    assert overall(first_token and of(first_token), duration and of(duration), before, after) == verdict
