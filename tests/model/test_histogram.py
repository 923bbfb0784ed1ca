"""The histogram: half a percent wide, independent of the order of merging, and unchanged by a round trip through JSON."""

from __future__ import annotations

import random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.model.histogram import ALPHA, Histogram, SamplePool
from streamkit.model.measurement import Summary, percentile

VALUES = st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e15)), min_size=1, max_size=200)


def of(values: list[float]) -> Histogram:
    made = Histogram()
    made.extend(values)
    return made


@given(VALUES, st.floats(0, 100))
def test_a_percentile_is_accurate_to_half_a_percent(values: list[float], rank: float) -> None:
    exact = percentile(sorted(values), rank)
    assert of(values).percentile(rank) == pytest.approx(exact, rel=ALPHA * 1.0001, abs=1e-12)


@given(VALUES, VALUES, VALUES)
def test_merging_in_any_order_has_the_same_result(first: list[float], second: list[float], third: list[float]) -> None:
    left, right = of(first), of(third)
    left.merge(of(second))
    left.merge(of(third))
    right.merge(of(first))
    right.merge(of(second))
    whole = of(first + second + third)
    there_and_back = Histogram()
    for part in (second, first, third):
        there_and_back.merge(Histogram.from_json(orjson.loads(orjson.dumps(of(part).to_json()))))
    for one in (left, right, there_and_back):
        assert orjson.dumps(one.to_json()) == orjson.dumps(whole.to_json())


@given(VALUES)
def test_json_round_trip(values: list[float]) -> None:
    made = of(values)
    back = Histogram.from_json(orjson.loads(orjson.dumps(made.to_json())))
    assert back.to_json() == made.to_json()
    assert back.summary() == made.summary()


@pytest.mark.parametrize(
    "bad",
    [{}, {"alpha": 0.005, "zero": 1, "count": 1, "sum": 0, "min": 0, "max": 0, "buckets": {"3": 1}}, {"alpha": "x"}],
)
def test_an_invalid_histogram_is_rejected(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no histogram"):
        Histogram.from_json(bad)


def test_a_negative_value_is_rejected() -> None:
    with pytest.raises(ValueError, match="holds no -1"):
        of([-1])


def test_histograms_of_different_widths_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        of([1]).merge(Histogram(0.01))


@given(VALUES)
def test_a_pool_is_exact_until_it_is_full(values: list[float]) -> None:
    pool = SamplePool(exact=100)
    pool.extend(values)
    assert len(pool) == len(values)
    assert pool.exact == (len(values) <= 100)
    if pool.exact:
        assert pool.summary() == Summary.of(values)
        assert pool.percentile(37) == percentile(sorted(values), 37)
    else:
        assert not pool.values
        assert pool.histogram().to_json() == of(values).to_json()


def test_an_empty_pool() -> None:
    assert SamplePool().summary() is None
    with pytest.raises(ValueError, match="no values"):
        SamplePool().percentile(50)


def test_many_samples_are_exact_although_they_are_not_all_sorted() -> None:
    chance = random.Random(5)
    values = [0.0] * 999 + [float(chance.randrange(1, 10**9)) for _ in range(150_000)] + [7.0] * 30_000
    chance.shuffle(values)
    pool = SamplePool()
    pool.extend(values)
    assert pool.exact
    assert pool.summary() == Summary.of(values)
    for rank in (0, 0.3, 5, 16.7, 33, 99.99, 100):
        assert pool.percentile(rank) == percentile(sorted(values), rank)


@pytest.mark.parametrize(
    ("sizes", "exact"), [([100], True), ([60, 40], True), ([101], False), ([60, 41], False), ([101, 5], False)]
)
def test_a_full_pool_is_a_histogram(sizes: list[int], exact: bool) -> None:
    pool = SamplePool(exact=100)
    for size in sizes:
        pool.extend([1.0] * size)
    assert (pool.exact, len(pool), len(pool.values)) == (exact, sum(sizes), sum(sizes) if exact else 0)
    assert pool.histogram().count == sum(sizes)
