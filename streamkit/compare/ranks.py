"""Confidence intervals for the shift between two samples, from ranks only, so exact for any distribution.

* `shift`: the Hodges-Lehmann estimate, the median of all differences, and the interval that inverts the Mann-Whitney test
  (Mann and Whitney 1947; Hodges and Lehmann 1963; Lehmann, *Nonparametrics*, 1975, section 2.6).
* `tail_shift`: for a high percentile. How many of the k largest values of both samples are in the second one? If both have
  the same distribution, that number is hypergeometric (the quantile test: Johnson, Verrill and Moore, Biometrics 1987). The
  shifts that this test does not reject lie between two differences of order statistics.

Both have at least their level for any continuous distribution, and a higher one with ties. No random numbers are used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist

# Up to this size the distribution of the Mann-Whitney statistic is counted; above, it is normal to three digits.
_COUNTED = 2500
# Differences are computed between at most this many values per sample: evenly spaced quantiles.
_MOST = 500


def shift(before: Sequence[float], after: Sequence[float], alphas: Sequence[float]) -> tuple[float, list[Bounds]]:
    """Return the Hodges-Lehmann estimate of the shift, and its interval of level 1 − alpha for each alpha.

    An interval is None if the samples are too small. Both samples are in ascending order and not empty.
    """
    first, second = _thinned(before), _thinned(after)
    differences = sorted(later - earlier for later in second for earlier in first)
    pairs = len(before) * len(after)
    found: list[Bounds] = []
    for alpha in alphas:
        index = critical(len(before), len(after), alpha)
        if index is None:
            found.append(None)
            continue
        # If the samples were thinned: the same fraction of all differences.
        index = index * len(differences) // pairs
        found.append((differences[index], differences[-1 - index]))
    middle = len(differences) // 2
    return (differences[middle] + differences[-1 - middle]) / 2, found


Bounds = tuple[float, float] | None


@lru_cache(maxsize=64)
def critical(one: int, other: int, alpha: float) -> int | None:
    """Return the largest c such that the Mann-Whitney statistic is at most c with a probability of at most alpha / 2.

    `one` and `other` are the sizes of the samples. Returns None if there is no such c.
    """
    pairs = one * other
    if pairs > _COUNTED:
        deviation = math.sqrt(pairs * (one + other + 1) / 12)
        index = math.floor(pairs / 2 + NormalDist().inv_cdf(alpha / 2) * deviation - 0.5)
        return index if index >= 0 else None
    counts = _counts(min(one, other), max(one, other))
    allowed = alpha / 2 * math.comb(one + other, one)
    total, index = 0, -1
    for count in counts:
        total += count
        if total > allowed:
            break
        index += 1
    return index if index >= 0 else None


def _counts(one: int, other: int) -> list[int]:
    """Return the number of ways for each value of the statistic: coefficients of the Gaussian binomial (one + other over one)."""
    size = one * other + 1
    found = [1] + [0] * (size - 1)
    for step in range(1, one + 1):
        for index in range(size - 1, other + step - 1, -1):
            found[index] -= found[index - other - step]
        for index in range(step, size):
            found[index] += found[index - step]
    return found


def _thinned(values: Sequence[float]) -> Sequence[float]:
    if len(values) <= _MOST:
        return values
    step = len(values) / _MOST
    return [values[int((index + 0.5) * step)] for index in range(_MOST)]


def tail_shift(before: Sequence[float], after: Sequence[float], top: int, alpha: float) -> Bounds:
    """Return the interval of level 1 − alpha for the shift of the `top` largest values of both samples.

    Both samples are in ascending order. Returns None if they are too small.
    """
    lower, upper = _least(len(before), len(after), top, alpha / 2), _most(len(before), len(after), top, alpha / 2)
    if lower is None or upper is None:
        return None
    # With a shift d subtracted from `after`, at least c of the top values are from it if its c-th largest value minus d is
    # above the (top − c + 1)-th largest value of `before`.
    low = after[-upper] - before[-(top - upper + 1)]
    high = after[-(lower + 1)] - before[-(top - lower)]
    return low, high


def at_least(before: int, after: int, top: int, count: int) -> float:
    """Return the probability that at least `count` of the `top` largest values are in `after`, for equal distributions."""
    last = min(top, after)
    return math.fsum(_chance(before, after, top, own) for own in range(max(count, top - before, 0), last + 1))


@lru_cache(maxsize=64)
def _most(before: int, after: int, top: int, alpha: float) -> int | None:
    """Return the smallest count that is reached or exceeded with a probability of at most alpha, or None."""
    total, found = 0.0, None
    for own in range(min(top, after), max(top - before, 0) - 1, -1):
        total += _chance(before, after, top, own)
        if total > alpha:
            break
        found = own
    return found


def _least(before: int, after: int, top: int, alpha: float) -> int | None:
    """Return the largest count that is not exceeded with a probability of at most alpha, or None."""
    mirrored = _most(after, before, top, alpha)
    return None if mirrored is None else top - mirrored


def _chance(before: int, after: int, top: int, own: int) -> float:
    """Return the hypergeometric probability that `own` of `top` values drawn at random are in `after`."""
    return math.exp(_choose(after, own) + _choose(before, top - own) - _choose(before + after, top))


def _choose(size: int, part: int) -> float:
    """Return the logarithm of a binomial coefficient."""
    return math.lgamma(size + 1) - math.lgamma(part + 1) - math.lgamma(size - part + 1)
