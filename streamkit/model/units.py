"""The syntax of durations, sizes and counts in options, gates, faults and configuration.

A duration is a number and a unit: `250us`, `20ms`, `1.5s`, `2m`, `1h`. A number alone is seconds. Inside the program a
duration is a whole number of nanoseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from streamkit.patterns import pattern

NANOSECONDS: Mapping[str, float] = {
    "ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "min": 60e9, "h": 3600e9,
}  # fmt: skip
"""The units of a duration. Both code points for a micro sign (U+00B5, U+03BC) are there: keyboards differ."""
BYTES: Mapping[str, float] = {
    "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 1024, "mib": 1024**2, "gib": 1024**3,
}  # fmt: skip
"""The units of a size."""
DURATIONS = "20ms, 1.5s, 2m"
"""What a message shows as examples of a duration."""

MOST_DIGITS = 40
"""Digits of a number in an option, on either side of its point."""

_NUMBER = rf"[+-]?(?:[0-9]{{1,{MOST_DIGITS}}}(?:\.[0-9]{{0,{MOST_DIGITS}}})?|\.[0-9]{{1,{MOST_DIGITS}}})(?:[eE][+-]?[0-9]{{1,4}})?"
_QUANTITY = pattern(rf"\s*({_NUMBER})\s*([A-Za-zµμ%/]*)\s*")
_LONGEST = 10**18
"""Nanoseconds: 31 years. Nothing lasts longer, and clocks count in 64 bits."""


def quantity(text: str) -> tuple[float, str]:
    """Return a number and its unit as written (empty if there is none). Raises ValueError for anything else.

    The number may be infinite, where the text has more digits than a float can hold.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"invalid number {text!r}")
    return float(match[1]), match[2]


def duration(text: str) -> int:
    """Nanoseconds, from 0 up to 31 years. Raises ValueError, with examples of what is expected."""
    try:
        number, unit = quantity(text)
    except ValueError:
        number, unit = -1.0, ""
    value = number * NANOSECONDS.get(unit.lower() or "s", -1)
    if not isfinite(value) or not 0 <= value <= _LONGEST:
        raise ValueError(f"invalid duration {text!r}: expected {DURATIONS}")
    return round(value)


def size(text: str) -> int:
    """Whole bytes of a size such as `64MB` or `512 KiB`; a number alone is bytes. Raises ValueError."""
    try:
        number, unit = quantity(text)
    except ValueError:
        number, unit = -1.0, ""
    value = number * BYTES.get(unit.lower() or "b", -1)
    if not isfinite(value) or not 0 <= value <= _LONGEST:
        raise ValueError(f"invalid size {text!r}: expected 512KB, 64MB, 1GiB")
    return round(value)


def whole_number(text: str, least: int = 0) -> int:
    """Return a whole number of at most 18 digits, not below `least`. Raises ValueError."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 18 or int(text) < least:
        raise ValueError(f"invalid number {text!r}: expected a whole number from {least} on")
    return int(text)
