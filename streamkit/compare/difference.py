"""Compare two runs, before and after: how much a metric changed, and whether that is more than chance.

A metric is compared in its middle (the Hodges-Lehmann shift with the interval of the Mann-Whitney test) and in its tail: the
highest percentile, up to p95, with ten values of both runs beyond it (the quantile test). The verdict is `slower` or `faster`
if an interval excludes 0. All intervals of a comparison hold simultaneously with 95 %: each has the level 1 − 0.05 / K, where K
is their number (Bonferroni), so that for two equal runs any of them differs in at most 5 of 100 comparisons. The verdict is
`same` if the 90 % interval lies within a negligible change (two one-sided tests of 5 %: Schuirmann 1987); several of these need
no correction (Berger 1982). Otherwise it is `inconclusive`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

from streamkit.compare.ranks import Bounds, at_least, shift, tail_shift
from streamkit.frozen import dataclass
from streamkit.model.measurement import Summary, percentile

ALPHA = 0.05
# Changes of less than this fraction of the value before are negligible; twice that for a tail, which depends on few values.
NEGLIGIBLE = 0.05
NEGLIGIBLE_TAIL = 0.10
# The number of values of both runs beyond the percentile of the tail, and the largest fraction of all values that is a tail.
_BEYOND = 10
_TAIL_SHARE = 0.25
# With fewer values in either run, no interval is computed.
ENOUGH = 3

ComparisonVerdict = Literal["same", "faster", "inconclusive", "slower", "buffered", "failing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The change of one statistic.

    `rank` is the percentile (50 for the middle), `before` and `after` are its values, `change` is the estimate. `low` and
    `high` bound the change so that all shifts of a comparison hold simultaneously with 95 %; None if there are too few
    values. `leaning` is true if an inconclusive shift would be worse when tested alone (one-sided, 5 %).
    """

    rank: float
    before: float
    after: float
    change: float
    low: float | None
    high: float | None
    verdict: ComparisonVerdict
    leaning: bool = False

    @property
    def ratio(self) -> float | None:
        """The change as a fraction of the value before; None if that is 0."""
        return self.change / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric before and after: its distributions and the shifts of the middle and the tail (None with too few values)."""

    before: Summary
    after: Summary
    middle: Shift
    tail: Shift | None

    @property
    def verdict(self) -> ComparisonVerdict:
        """The verdict for this metric."""
        return worst(self.shifts)

    @property
    def shifts(self) -> list[Shift]:
        """The middle and, if there is one, the tail."""
        return [self.middle] if self.tail is None else [self.middle, self.tail]

    @property
    def change(self) -> float:
        """The median after minus the median before."""
        return self.after.p50 - self.before.p50

    @property
    def ratio(self) -> float | None:
        """The change as a fraction of the median before; None if that is 0."""
        return self.change / self.before.p50 if self.before.p50 else None


def questions(before: int, after: int) -> int:
    """Return the number of intervals that `compare` computes for samples of these sizes.

    ALPHA is divided by the sum over all metrics.
    """
    if min(before, after) < ENOUGH:
        return 0
    return 1 if tail_size(before, after) is None else 2


def tail_size(before: int, after: int) -> int | None:
    """Return how many of the largest values of both samples are the tail; None if there are too few values."""
    together = before + after
    size = max(_BEYOND, math.ceil((1 - 0.95) * together - 1e-9))
    return size if size <= _TAIL_SHARE * together and min(before, after) >= size else None


def compare(
    before: Sequence[float], after: Sequence[float], *, more_is_better: bool, alpha: float = ALPHA
) -> Difference | None:
    """Return the difference of two samples with one value per stream; None if either is empty.

    Each interval has the level 1 − `alpha`.
    """
    first, second = Summary.of(before), Summary.of(after)
    if first is None or second is None:
        return None
    # If more is better, the relevant tail is the lower one.
    sign = -1 if more_is_better else 1
    one, other = sorted(sign * value for value in before), sorted(sign * value for value in after)
    top = tail_size(len(one), len(other))
    tail = None if top is None else _tail(one, other, top, sign, alpha)
    return Difference(first, second, _middle(one, other, sign, alpha), tail)


def _middle(before: Sequence[float], after: Sequence[float], sign: int, alpha: float) -> Shift:
    """Return the shift of the middle. The samples are in ascending order, and more is worse."""
    change, intervals = shift(before, after, (alpha, 2 * ALPHA))
    bounds, narrow = intervals if min(len(before), len(after)) >= ENOUGH else (None, None)
    return _shift(50, percentile(before, 50), percentile(after, 50), change, bounds, narrow, NEGLIGIBLE, sign)


def _tail(before: Sequence[float], after: Sequence[float], top: int, sign: int, alpha: float) -> Shift:
    rank = 100 * (1 - top / (len(before) + len(after)))
    first, second = percentile(before, rank), percentile(after, rank)
    bounds, narrow = tail_shift(before, after, top, alpha), tail_shift(before, after, top, 2 * ALPHA)
    return _shift(rank, first, second, second - first, bounds, narrow, NEGLIGIBLE_TAIL, sign)


def _shift(
    rank: float, before: float, after: float, change: float, bounds: Bounds, narrow: Bounds, part: float, sign: int
) -> Shift:
    """Return a shift with its verdict. More is worse in the arguments; the result has the sign of the metric."""
    margin = part * abs(before)
    verdict: ComparisonVerdict = "inconclusive"
    if bounds is None or narrow is None:
        pass
    elif max(abs(narrow[0]), abs(narrow[1])) <= margin:
        verdict = "same"
    elif (bounds[0] > 0 or bounds[1] < 0) and abs(change) >= margin:
        verdict = "slower" if change > 0 else "faster"
    leaning = verdict == "inconclusive" and narrow is not None and narrow[0] > 0 and change >= margin
    low, high = (None, None) if bounds is None else bounds if sign > 0 else (-bounds[1], -bounds[0])
    rank = rank if sign > 0 else 100 - rank
    return Shift(
        rank=rank,
        before=sign * before,
        after=sign * after,
        change=sign * change,
        low=low,
        high=high,
        verdict=verdict,
        leaning=leaning,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """How many requests completed of those that completed or failed, before and after.

    `change` is that of the share, with its interval (Newcombe 1998, method 10); None if a run has no request.
    """

    before: tuple[int, int]
    after: tuple[int, int]
    change: float | None
    low: float | None
    high: float | None
    verdict: ComparisonVerdict


def compare_success(
    before: tuple[int, int],
    after: tuple[int, int],
    intervals: tuple[Bounds, Bounds],
    alpha: float = ALPHA,
) -> Success:
    """Compare the shares of completed requests. Each run is (completed, completed or failed); `intervals` are those of the shares.

    The verdict is `failing` if a greater share failed than before, and either none failed before, or none completes now, or
    Fisher's exact test (one-sided, level `alpha`) distinguishes the shares. If none failed before, one failure is enough.
    """
    (good, requests), (good_now, requests_now) = before, after
    first, second = intervals
    if not requests or not requests_now or first is None or second is None:
        return Success(before=before, after=after, change=None, low=None, high=None, verdict="inconclusive")
    share, share_now = good / requests, good_now / requests_now
    change = share_now - share
    (low, high), (low_now, high_now) = first, second
    down, up = math.hypot(share_now - low_now, high - share), math.hypot(high_now - share_now, share - low)
    verdict: ComparisonVerdict = "same"
    if change < 0:
        failed, failed_now = requests - good, requests_now - good_now
        chance = at_least(requests, requests_now, failed + failed_now, failed_now)
        failing = failed == 0 or good_now == 0 or chance <= alpha
        verdict = "failing" if failing else "inconclusive"
    return Success(
        before=before,
        after=after,
        change=change,
        low=max(change - down, -1.0),
        high=min(change + up, 1.0),
        verdict=verdict,
    )


def worst(shifts: Iterable[Shift]) -> ComparisonVerdict:
    """Return one verdict for several shifts.

    It is slower if any is; faster if any is and none leans the other way; same if all are; otherwise inconclusive.
    """
    found = list(shifts)
    verdicts = {one.verdict for one in found}
    if "slower" in verdicts:
        return "slower"
    if "faster" in verdicts and not any(one.leaning for one in found):
        return "faster"
    return "same" if verdicts == {"same"} else "inconclusive"


def overall(
    differences: Iterable[Difference | None], first_token: Difference | None, success: Success, bursts: tuple[int, int]
) -> ComparisonVerdict:
    """Return the verdict for the whole comparison, the worst that applies.

    Failing regardless of times; buffered if the first token is later and only now streams arrive in bursts (`bursts`: how
    many before and after); otherwise the verdict of all shifts.
    """
    if success.verdict == "failing":
        return "failing"
    if first_token is not None and first_token.verdict == "slower" and bursts[1] and not bursts[0]:
        return "buffered"
    verdict = worst(one for difference in differences if difference is not None for one in difference.shifts)
    return "inconclusive" if verdict == "same" and success.verdict == "inconclusive" else verdict
