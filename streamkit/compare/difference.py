"""Compares the values of two runs: how far their medians are apart, and whether that is more than chance.

The interval is a percentile bootstrap (Efron 1979): both sides are resampled with replacement, the difference of the
medians is computed each time, and the interval is the middle 95 % of these differences. The seed is fixed, so that the
same recordings give the same interval.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from streamkit.model.measurement import Summary, percentile

# Smaller differences, relative to the median before, go unnoticed.
NEGLIGIBLE = 0.05
DRAWS = 2000
# With fewer values on a side, an interval would be meaningless.
ENOUGH = 3
# Larger sides are sampled down to this size: the interval is far narrower than any relevant difference by then.
_MOST = 500

Verdict = Literal["same", "slower", "faster", "buffered", "unknown"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric before and after. `low` and `high` are the bounds of the 95 % interval of the difference of the medians, or
    None if there are too few values."""

    before: Summary
    after: Summary
    low: float | None
    high: float | None
    verdict: Verdict

    @property
    def change(self) -> float:
        """The median after minus the median before."""
        return self.after.p50 - self.before.p50

    @property
    def ratio(self) -> float | None:
        """The change relative to the median before; None if that is 0."""
        return self.change / self.before.p50 if self.before.p50 else None


def compare(before: Sequence[float], after: Sequence[float], *, more_is_better: bool) -> Difference | None:
    """The difference of two lists of values; None if one of them is empty.

    Same: the interval includes 0, or the change is below 5 % of the median before. Otherwise slower or faster. Unknown if
    one side has fewer than three values: a single stream proves nothing.
    """
    summary_before, summary_after = Summary.of(before), Summary.of(after)
    if summary_before is None or summary_after is None:
        return None
    bounds = interval(before, after)
    change = summary_after.p50 - summary_before.p50
    verdict: Verdict
    if bounds is None:
        verdict = "unknown"
    elif bounds[0] <= 0 <= bounds[1] or abs(change) < NEGLIGIBLE * abs(summary_before.p50):
        verdict = "same"
    else:
        verdict = "faster" if (change > 0) == more_is_better else "slower"
    low, high = bounds or (None, None)
    return Difference(summary_before, summary_after, low, high, verdict)


def interval(before: Sequence[float], after: Sequence[float], *, draws: int = DRAWS) -> tuple[float, float] | None:
    """The 95 % bootstrap interval of median(after) − median(before); None with fewer than three values on a side."""
    if min(len(before), len(after)) < ENOUGH:
        return None
    chance = random.Random(20261120)
    some_before, some_after = _subsample(before, chance), _subsample(after, chance)
    samples = sorted(
        median(chance.choices(some_after, k=len(some_after))) - median(chance.choices(some_before, k=len(some_before)))
        for _ in range(draws)
    )
    return percentile(samples, 2.5), percentile(samples, 97.5)


def overall(
    first_token: Difference | None, duration: Difference | None, burst_before: int, burst_after: int
) -> Verdict:
    """The overall verdict: buffered if the first token comes later and streams arrive in a burst only now; otherwise that of
    the first token or, if that is the same, of the duration."""
    if first_token is None and duration is None:
        return "unknown"
    if first_token is not None and first_token.verdict == "slower" and burst_after and not burst_before:
        return "buffered"
    verdicts = [difference.verdict for difference in (first_token, duration) if difference is not None]
    return next((verdict for verdict in verdicts if verdict in ("slower", "faster")), verdicts[0])


def deciding(first_token: Difference | None, duration: Difference | None) -> bool:
    """Whether the first token decides the verdict of `overall`, rather than the duration."""
    if first_token is None or duration is None:
        return first_token is not None
    return first_token.verdict in ("slower", "faster") or duration.verdict not in ("slower", "faster")


def _subsample(values: Sequence[float], chance: random.Random) -> Sequence[float]:
    return values if len(values) <= _MOST else chance.sample(list(values), _MOST)
