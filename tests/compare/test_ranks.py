"""The intervals are correct: compared with tables, with counting every case, and with each other."""

from __future__ import annotations

import random
from itertools import combinations
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamkit.compare.ranks import at_least, critical, shift, tail_shift

SAMPLES = st.lists(st.floats(0, 1000), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("one", "other", "alpha", "expected"),
    [
        # The usual tables of critical values of the Mann-Whitney test, two-sided.
        (3, 3, 0.05, None),
        (4, 4, 0.05, 0),
        (5, 5, 0.05, 2),
        (5, 8, 0.05, 6),
        (10, 10, 0.05, 23),
        (10, 10, 0.01, 16),
        (20, 20, 0.05, 127),
        (20, 20, 0.01, 105),
        (8, 15, 0.05, 29),
    ],
)
def test_critical_values_match_the_tables(one: int, other: int, alpha: float, expected: int | None) -> None:
    assert critical(one, other, alpha) == critical(other, one, alpha) == expected


def test_the_normal_approximation_continues_the_exact_values() -> None:
    assert critical(50, 50, 0.01) == pytest.approx(critical(50, 51, 0.01), abs=30)


def test_the_shift_is_the_median_of_all_differences() -> None:
    before, after = [1.0, 2.0, 4.0], [5.0, 9.0]
    estimate, _ = shift(before, after, [0.1])
    assert estimate == median([later - earlier for later in after for earlier in before])


def test_too_few_values_have_no_interval() -> None:
    assert shift([1.0, 2.0, 3.0], [7.0, 8.0, 9.0], [0.05])[1] == [None]
    assert tail_shift([1.0] * 5, [2.0] * 5, 3, 0.05) is None


@given(SAMPLES, SAMPLES, st.floats(-500, 500))
def test_a_shift_of_all_values_shifts_the_interval(before: list[float], after: list[float], by: float) -> None:
    first, second = sorted(before), sorted(after)
    moved = sorted(value + by for value in second)
    estimate, (bounds,) = shift(first, second, [0.2])
    other, (moved_bounds,) = shift(first, moved, [0.2])
    assert other == pytest.approx(estimate + by, abs=1e-6)
    assert (bounds is None) == (moved_bounds is None)
    if bounds is not None and moved_bounds is not None:
        assert bounds[0] <= estimate <= bounds[1]
        assert moved_bounds == pytest.approx((bounds[0] + by, bounds[1] + by), abs=1e-6)


@settings(max_examples=50)
@given(st.integers(1, 5), st.integers(1, 5), st.data())
def test_the_probability_of_a_tail_matches_counting(before: int, after: int, data: st.DataObject) -> None:
    top = data.draw(st.integers(1, before + after))
    count = data.draw(st.integers(0, top))
    cases = [sum(place < after for place in chosen) >= count for chosen in combinations(range(before + after), top)]
    assert at_least(before, after, top, count) == pytest.approx(sum(cases) / len(cases))


def test_four_of_thirty_and_ten_of_thirty() -> None:
    assert at_least(30, 30, 4, 4) == pytest.approx(0.0562, abs=1e-4)
    assert at_least(30, 30, 10, 10) < 0.0005


@pytest.mark.parametrize("alpha", [0.1, 0.01])
def test_the_interval_of_a_tail_leaves_out_the_shifts_that_its_test_rejects(alpha: float) -> None:
    chance = random.Random(11)
    for _ in range(50):
        before = sorted(chance.expovariate(1) for _ in range(chance.randint(30, 40)))
        after = sorted(chance.expovariate(1) + 0.5 for _ in range(chance.randint(30, 40)))
        bounds = tail_shift(before, after, 10, alpha)
        assert bounds is not None
        for by in (bounds[0] - 1e-6, bounds[0] + 1e-6, bounds[1] - 1e-6, bounds[1] + 1e-6):
            pooled = sorted([(value, 0) for value in before] + [(value - by, 1) for value in after])[-10:]
            count = sum(side for _, side in pooled)
            many = at_least(len(before), len(after), 10, count)
            few = 1 - at_least(len(before), len(after), 10, count + 1)
            assert (bounds[0] <= by <= bounds[1]) == (min(many, few) > alpha / 2)


@pytest.mark.parametrize(("count", "alpha"), [(4, 0.1), (8, 0.1), (30, 0.05), (60, 0.02)])
def test_the_interval_has_its_nominal_coverage(count: int, alpha: float) -> None:
    chance = random.Random(5)
    held = 0
    rounds = 400
    for _ in range(rounds):
        before = sorted(chance.lognormvariate(0, 1) for _ in range(count))
        after = sorted(chance.lognormvariate(0, 1) + 3 for _ in range(count))
        _, (bounds,) = shift(before, after, [alpha])
        assert bounds is not None
        held += bounds[0] <= 3 <= bounds[1]
    # Three standard deviations of the estimate.
    assert held / rounds >= 1 - alpha - 3 * (alpha * (1 - alpha) / rounds) ** 0.5


def test_the_fast_path_for_many_values_has_the_same_result() -> None:
    chance = random.Random(3)
    before = sorted(chance.gauss(100, 10) for _ in range(100_000))
    after = sorted(chance.gauss(101, 10) for _ in range(100_000))
    estimate, (bounds,) = shift(before, after, [0.01])
    assert bounds is not None
    assert estimate == pytest.approx(1, abs=0.2)
    assert 0 < bounds[0] < estimate < bounds[1] < 1.5
    tail = tail_shift(before, after, 10_000, 0.01)
    assert tail is not None
    assert 0 < tail[0] < 1 < tail[1] < 2
