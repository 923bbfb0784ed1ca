"""Human-readable numbers: three digits and a unit."""

from __future__ import annotations

import math

MISSING = "-"

_TIMES = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"))
_SIZES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def readable(value: float | None, unit: str, *, ascii_only: bool = False) -> str:
    """Return `value` in a readable unit; `-` if there is none. `unit` is a metric's: ns, bytes, tokens, tokens/s, ratio, 1, 1/s."""
    if value is None:
        return MISSING
    if unit == "ns":
        return _time(value, "us" if ascii_only else "µs")
    if unit in ("bytes", "bytes/s"):
        return _scaled(value, _SIZES, "B") + ("/s" if unit == "bytes/s" else "")
    if unit == "ratio":
        if 0.99 < value < 1:  # never rounded to all
            return f"{math.floor(value * 1000) / 10:.1f} %"
        return f"{value * 100:.1f} %" if 0 < value < 0.1 else f"{value * 100:.0f} %"
    return digits(value)


def digits(value: float) -> str:
    """Return a number with three digits or more, with commas between thousands; integers stay integers."""
    if value == int(value):
        return f"{int(value):,}"
    size = abs(value)
    return f"{value:,.0f}" if size >= 99.95 else f"{value:.1f}" if size >= 9.995 else f"{value:.2f}"


def _time(value: float, micro: str) -> str:
    if abs(value) >= 120e9:
        minutes, seconds = divmod(round(value / 1e9), 60)
        return f"{minutes}m{seconds:02}s"
    for scale, name in _TIMES:
        # A number that rounds up to the range of the next unit gets that unit: 999.6 ms is 1.00 s.
        if abs(value) >= scale * 0.9995:
            scaled = value / scale
            text = (
                f"{scaled:.2f}" if abs(scaled) < 9.995 else f"{scaled:.1f}" if abs(scaled) < 99.95 else f"{scaled:.0f}"
            )
            return f"{text} {micro if name == 'µs' else name}"
    return f"{value:.0f} ns"


def _scaled(value: float, scales: tuple[tuple[float, str], ...], base: str) -> str:
    for scale, name in scales:
        if abs(value) >= scale * 0.9995:
            return f"{value / scale:.1f} {name}"
    return f"{digits(value)} {base}"
