"""Intervals for how far one sample lies above another, from ranks alone: exact whatever the distribution.

* `shift`: the Hodges-Lehmann estimate, the median of all differences, and the interval that inverts the Mann-Whitney test
  (Mann and Whitney 1947; Hodges and Lehmann 1963; Lehmann, *Nonparametrics*, 1975, section 2.6).
* `tail_shift`: for a high percentile. Of the k largest values of both samples, how many are of the second? Where both have
  the same distribution, that number is hypergeometric (the quantile test: Johnson, Verrill and Moore, Biometrics 1987); the
  shifts that this test does not reject lie between two differences of order statistics.

Both hold their level for any continuous distribution, and more than that with ties. No numbers are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist

# Up to here the distribution of the Mann-Whitney statistic is counted; above, it is normal to three digits.
_COUNTED = 2500
# Differences are taken between this many values a side at most: evenly spaced quantiles of the sample.
_MOST = 500


def shift(before: Sequence[float], after: Sequence[float], alphas: Sequence[float]) -> tuple[float, list[Bounds]]:
    """The Hodges-Lehmann estimate of `after` over `before`, and its interval of level 1 − alpha for each alpha; None where
    samples of these sizes cannot tell. Both samples are in ascending order and not empty."""
    first, second = _thinned(before), _thinned(after)
    differences = sorted(later - earlier for later in second for earlier in first)
    pairs = len(before) * len(after)
    found: list[Bounds] = []
    for alpha in alphas:
        place = critical(len(before), len(after), alpha)
        if place is None:
            found.append(None)
            continue
        # Where samples were thinned, the same part of all differences.
        place = place * len(differences) // pairs
        found.append((differences[place], differences[-1 - place]))
    middle = len(differences) // 2
    return (differences[middle] + differences[-1 - middle]) / 2, found


Bounds = tuple[float, float] | None


@lru_cache(maxsize=64)
def critical(one: int, other: int, alpha: float) -> int | None:
    """The largest c for which the Mann-Whitney statistic of samples of these sizes is at most c with a chance of at most
    alpha / 2; None where there is none."""
    pairs = one * other
    if pairs > _COUNTED:
        deviation = math.sqrt(pairs * (one + other + 1) / 12)
        place = math.floor(pairs / 2 + NormalDist().inv_cdf(alpha / 2) * deviation - 0.5)
        return place if place >= 0 else None
    counts = _counts(min(one, other), max(one, other))
    allowed = alpha / 2 * math.comb(one + other, one)
    total, place = 0, -1
    for count in counts:
        total += count
        if total > allowed:
            break
        place += 1
    return place if place >= 0 else None


def _counts(one: int, other: int) -> list[int]:
    """In how many ways the statistic takes each value: the coefficients of the Gaussian binomial (one + other over one)."""
    size = one * other + 1
    found = [1] + [0] * (size - 1)
    for step in range(1, one + 1):
        for place in range(size - 1, other + step - 1, -1):
            found[place] -= found[place - other - step]
        for place in range(step, size):
            found[place] += found[place - step]
    return found


def _thinned(values: Sequence[float]) -> Sequence[float]:
    if len(values) <= _MOST:
        return values
    step = len(values) / _MOST
    return [values[int((place + 0.5) * step)] for place in range(_MOST)]


def tail_shift(before: Sequence[float], after: Sequence[float], top: int, alpha: float) -> Bounds:
    """The interval of level 1 − alpha for the shift of the `top` largest values of both samples, which are in ascending
    order; None where samples of these sizes cannot tell."""
    lower, upper = _least(len(before), len(after), top, alpha / 2), _most(len(before), len(after), top, alpha / 2)
    if lower is None or upper is None:
        return None
    # With a shift d taken off `after`, c of the top values or more are of it where its c-th largest, less d, lies above the
    # (top − c + 1)-th largest of `before`.
    low = after[-upper] - before[-(top - upper + 1)]
    high = after[-(lower + 1)] - before[-(top - lower)]
    return low, high


def at_least(before: int, after: int, top: int, count: int) -> float:
    """The chance that `count` or more of the `top` largest of all values are of `after`, if both are alike."""
    last = min(top, after)
    return math.fsum(_chance(before, after, top, own) for own in range(max(count, top - before, 0), last + 1))


@lru_cache(maxsize=64)
def _most(before: int, after: int, top: int, alpha: float) -> int | None:
    """The smallest count that is reached or passed with a chance of at most alpha; None where there is none."""
    total, found = 0.0, None
    for own in range(min(top, after), max(top - before, 0) - 1, -1):
        total += _chance(before, after, top, own)
        if total > alpha:
            break
        found = own
    return found


def _least(before: int, after: int, top: int, alpha: float) -> int | None:
    """The largest count that is not passed with a chance of at most alpha; None where there is none."""
    mirrored = _most(after, before, top, alpha)
    return None if mirrored is None else top - mirrored


def _chance(before: int, after: int, top: int, own: int) -> float:
    """The hypergeometric chance that `own` of the `top` values drawn without looking are of `after`."""
    return math.exp(_choose(after, own) + _choose(before, top - own) - _choose(before + after, top))


def _choose(size: int, part: int) -> float:
    """The logarithm of a binomial coefficient."""
    return math.lgamma(size + 1) - math.lgamma(part + 1) - math.lgamma(size - part + 1)
