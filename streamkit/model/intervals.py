"""The interval of a mean: Student's t, without a library for statistics."""

from __future__ import annotations

import math

# The 97.5 % quantile of the normal distribution, the limit of t for many samples.
_NORMAL = 1.959963984540054


def mean_interval_95(mean: float, deviation: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a mean, from the standard deviation of a sample (n - 1) of `count` independent values, two or
    more: mean ± t·s/√n (Student 1908). For distributions with long tails it is too narrow if there are few values."""
    half = t_975(count - 1) * deviation / math.sqrt(count)
    return mean - half, mean + half


def t_975(freedom: int) -> float:
    """Return the quantile of 97.5 % of Student's t distribution, to five digits: G. W. Hill, algorithm 396, CACM 13 (1970)."""
    if freedom < 1:
        raise ValueError("no degree of freedom")
    tail = 0.05
    if freedom == 1:
        return 1 / math.tan(tail * math.pi / 2)
    if freedom == 2:
        return math.sqrt(2 / (tail * (2 - tail)) - 2)
    a = 1 / (freedom - 0.5)
    b = 48 / a**2
    c = ((20_700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * math.sqrt(a * math.pi / 2) * freedom
    y = (d * tail) ** (2 / freedom)
    if y > 0.05 + a:
        x = -_NORMAL
        if freedom < 5:
            c += 0.3 * (freedom - 4.5) * (x + 0.6)
        c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b
        y = (((((0.4 * x**2 + 6.3) * x**2 + 36) * x**2 + 94.5) / c - x**2 - 3) / b + 1) * x
        y = math.expm1(a * y**2)
    else:
        y = (
            1 / (((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3) + 0.5 / (freedom + 4)
        ) * y - 1
        y = y * (freedom + 1) / (freedom + 2) + 1 / ((d * tail) ** (2 / freedom))
    return math.sqrt(freedom * y)
