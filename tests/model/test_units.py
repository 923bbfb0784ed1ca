"""The one grammar of durations, sizes and counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.model.units import NANOSECONDS, duration, quantity, size, whole_number

DURATIONS = {
    "0": 0, "0s": 0, "1ns": 1, "1us": 1_000, "1µs": 1_000, "1\u03bcs": 1_000, "20ms": 20_000_000, "20 ms": 20_000_000,
    "1.5s": 1_500_000_000, "1.5": 1_500_000_000, "30": 30_000_000_000, "2m": 120_000_000_000, "2min": 120_000_000_000,
    "1h": 3_600_000_000_000, "800MS": 800_000_000, ".5": 500_000_000, "5.": 5_000_000_000, "1e3ms": 1_000_000_000,
    " 1s ": 1_000_000_000, "+1s": 1_000_000_000,
    "1000000000s": 10**18, "1e9": 10**18,
}  # fmt: skip


@pytest.mark.parametrize(("text", "nanoseconds"), DURATIONS.items())
def test_a_duration(text: str, nanoseconds: int) -> None:
    assert duration(text) == nanoseconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1x",
        "soon",
        "-1s",
        "1s2ms",
        "nan",
        "inf",
        "1e999",
        "9" * 50,
        "1000000001s",
        "1d",
        "ms",
        "1_000",
        "1,5s",
        "٣s",
        "--",
        "1 h 2",
    ],
)
def test_what_is_not_a_duration(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        duration(text)
    assert str(caught.value) == f"invalid duration {text!r}: expected 20ms, 1.5s, 2m"


@given(st.integers(0, 10**5), st.sampled_from(sorted(NANOSECONDS)))
def test_a_whole_number_of_a_unit_is_exact(number: int, unit: str) -> None:
    assert duration(f"{number}{unit}") == number * int(NANOSECONDS[unit])


@given(st.text(max_size=30))
def test_any_text_is_a_duration_or_rejected_in_one_line(text: str) -> None:
    try:
        assert 0 <= duration(text) <= 10**18
    except ValueError as error:
        assert str(error).isprintable()


def test_a_quantity_keeps_its_unit_as_written() -> None:
    assert quantity("1.5 MiB/s") == (1.5, "MiB/s")
    assert quantity("95%") == (95.0, "%")


@pytest.mark.parametrize(
    ("text", "least", "number"), [("0", 0, 0), ("7", 1, 7), ("007", 0, 7), ("9" * 18, 0, 10**18 - 1)]
)
def test_a_count(text: str, least: int, number: int) -> None:
    assert whole_number(text, least) == number


@pytest.mark.parametrize(("text", "least"), [("0", 1), ("-1", 0), ("1.0", 0), ("", 0), ("٣", 0), ("1" + "0" * 18, 0)])
def test_what_is_not_a_count(text: str, least: int) -> None:
    with pytest.raises(ValueError, match=f"expected a whole number from {least} on"):
        whole_number(text, least)


@pytest.mark.parametrize(
    ("text", "number"),
    [("512", 512), ("64MB", 64_000_000), ("512 KiB", 1 << 19), ("1.5kB", 1500), ("0", 0), (f"{10**18}", 10**18)],
)
def test_a_size(text: str, number: int) -> None:
    assert size(text) == number


@pytest.mark.parametrize("text", ["", "-1", "-1kB", "1 mile", "kB", "nan", "1e400", f"{10**18 + 1000}"])
def test_what_is_not_a_size(text: str) -> None:
    with pytest.raises(ValueError, match="expected 512KB"):
        size(text)
