"""Student's t and the interval of a mean, against printed tables and numpy's conventions."""

from __future__ import annotations

import statistics

import pytest

from streamkit.metrics import METRICS, Collection
from streamkit.model.histogram import SamplePool
from streamkit.model.intervals import mean_interval_95, t_975

# Table of Student's t, two-sided 95 %, as printed in Abramowitz and Stegun, table 26.10.
TABLE = {
    1: 12.706,
    2: 4.303,
    3: 3.182,
    4: 2.776,
    5: 2.571,
    8: 2.306,
    10: 2.228,
    20: 2.086,
    30: 2.042,
    60: 2.0,
    120: 1.98,
}


@pytest.mark.parametrize(("freedom", "quantile"), TABLE.items())
def test_students_t(freedom: int, quantile: float) -> None:
    assert t_975(freedom) == pytest.approx(quantile, abs=6e-4)


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(3, 3.1824463), (4, 2.7764451), (10, 2.2281389), (30, 2.0422725), (120, 1.9799304)]
)
def test_students_t_to_seven_digits(freedom: int, quantile: float) -> None:
    """The values that R's `qt(0.975, freedom)` prints."""
    assert t_975(freedom) == pytest.approx(quantile, abs=4e-6)


def test_there_is_no_interval_without_degrees_of_freedom() -> None:
    with pytest.raises(ValueError, match="freedom"):
        t_975(0)


def test_the_interval_of_a_mean() -> None:
    values = [2.0, 4.0, 4.0, 5.0, 10.0]
    mean, deviation = statistics.mean(values), statistics.stdev(values)
    low, high = mean_interval_95(mean, deviation, len(values))
    assert (low, high) == (
        pytest.approx(5 - 2.7764 * 3 / 5**0.5, abs=1e-3),
        pytest.approx(5 + 2.7764 * 3 / 5**0.5, abs=1e-3),
    )


def test_the_deviation_is_that_of_a_sample_exact_or_within_the_buckets() -> None:
    values = [0.0, *(1000.0 + 37 * place % 91 for place in range(500))]
    exact, condensed = SamplePool(), SamplePool(exact=10)
    exact.extend(values)
    condensed.extend(values)
    assert exact.deviation() == pytest.approx(statistics.stdev(values))
    assert condensed.deviation() == pytest.approx(statistics.stdev(values), rel=0.02)


def test_one_value_has_no_interval() -> None:
    pool, small = SamplePool(), SamplePool(exact=0)
    pool.extend([3.0])
    small.extend([3.0])
    assert (pool.deviation(), small.deviation()) == (None, None)


def test_gaps_have_a_deviation_and_no_interval_of_the_mean() -> None:
    collection = Collection([METRICS["inter_chunk_gap"], METRICS["time_to_first_token"]])
    for pool in collection.pools.values():
        pool.extend([10.0, 20.0, 60.0])
    metrics = collection.to_json()["metrics"]
    assert metrics["inter_chunk_gap_ns"]["std"] == metrics["time_to_first_token_ns"]["std"] == 26
    assert metrics["inter_chunk_gap_ns"]["mean_interval_95"] is None
    assert metrics["time_to_first_token_ns"]["mean_interval_95"] == [-36, 96]
