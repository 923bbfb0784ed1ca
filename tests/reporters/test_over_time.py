"""Charts over the time of day: which times stand below them."""

from __future__ import annotations

import re

import pytest

from streamkit.reporters._html_over_time import _LEFT, _RIGHT, _WIDTH, _rates, against_time, moments

T0 = 1_795_219_200 * 10**9  # 2026-11-21 00:00:00 UTC


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (0.0, 1.0, ["0", "+200 ms", "+400 ms", "+600 ms", "+800 ms", "+1.00 s"]),
        (0.5, 6.0, ["00:00:01", "00:00:02", "00:00:03", "00:00:04", "00:00:05", "00:00:06"]),
        (59.0, 400.0, ["00:01", "00:02", "00:03", "00:04", "00:05", "00:06"]),
        (0.0, 86_400.0, ["00:00", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "00:00"]),
        (0.0, 6 * 86_400.0, ["11-21", "11-22", "11-23", "11-24", "11-25", "11-26", "11-27"]),
    ],
)
def test_the_times_of_day_below_a_chart(first: float, last: float, labels: list[str]) -> None:
    given = moments(T0 + first * 1e9, T0 + last * 1e9)
    assert [label for _, label in given] == labels
    assert given == sorted(given)


def test_rates_are_per_second() -> None:
    ends = [second * 1e9 for second in (1, 2, 3, 4, 5, 6, 7, 17)]
    assert _rates(0.0, 20e9, ends) == [0.7, 0.1]


def test_the_ranges_of_many_streams_cover_the_chart_from_left_to_right() -> None:
    rows = [(T0 + number * 10**9, {"metrics": {"ttft_ns": 1_000_000 + number}}) for number in range(20_000)]
    drawn = against_time(rows, "ttft_ns", "ns", "TTFT")
    places = [float(x) for x in re.findall(r'<rect class="wait" x="([0-9.]+)"', drawn)]
    assert places == sorted(places)
    assert len(places) == 200
    assert places[-1] - places[0] > 100 * (places[1] - places[0])
    assert places[0] == _LEFT
    assert places[-1] == pytest.approx(_WIDTH - _RIGHT, abs=10)
