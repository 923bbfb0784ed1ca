"""Two runs of the same thing, before and after: how far their medians are apart, and whether that is more than chance.

The interval is a percentile bootstrap (Efron 1979): both sides are drawn from with replacement, each as often as it has
values, the difference of the medians is taken, and of all those differences the middle 95 % is kept. The draws come from a
fixed seed, so that the same recordings give the same interval.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from streamkit.model.measurement import Summary, percentile

# Differences of less than this part of the median before are the same to anybody who waits.
NEGLIGIBLE = 0.05
DRAWS = 2000
# With fewer values on a side an interval would be made up.
ENOUGH = 3
# Medians of more values than this are drawn from a sample of them: the interval is far narrower than any difference then.
_MOST = 500

Verdict = Literal["same", "slower", "faster", "buffered", "unknown"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric before and after. `low` and `high` bound the difference of the medians with 95 %; None where there are
    too few values. `better` says whether the change of the median is for the better, None where there is none to speak of."""

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
        """The change as a part of the median before; None where that is 0."""
        return self.change / self.before.p50 if self.before.p50 else None


def compare(before: Sequence[float], after: Sequence[float], *, more_is_better: bool) -> Difference | None:
    """The difference of two lists of values; None where one of them is empty.

    Same: the interval holds 0, or the change is under 5 % of the median before. Else slower or faster. Unknown where one
    side has fewer than three values: one stream is no evidence.
    """
    first, second = Summary.of(before), Summary.of(after)
    if first is None or second is None:
        return None
    bounds = interval(before, after)
    change = second.p50 - first.p50
    verdict: Verdict
    if bounds is None:
        verdict = "unknown"
    elif bounds[0] <= 0 <= bounds[1] or abs(change) < NEGLIGIBLE * abs(first.p50):
        verdict = "same"
    else:
        verdict = "faster" if (change > 0) == more_is_better else "slower"
    low, high = bounds or (None, None)
    return Difference(first, second, low, high, verdict)


def interval(before: Sequence[float], after: Sequence[float], *, draws: int = DRAWS) -> tuple[float, float] | None:
    """The 95 % bootstrap interval of median(after) − median(before); None with fewer than three values on a side."""
    if min(len(before), len(after)) < ENOUGH:
        return None
    chance = random.Random(20261120)
    first, second = _some(before, chance), _some(after, chance)
    found = sorted(
        median(chance.choices(second, k=len(second))) - median(chance.choices(first, k=len(first)))
        for _ in range(draws)
    )
    return percentile(found, 2.5), percentile(found, 97.5)


def overall(
    first_token: Difference | None, duration: Difference | None, burst_before: int, burst_after: int
) -> Verdict:
    """The verdict on the whole: buffered where the first token comes later and streams arrive in a burst only now; else that
    of the first token, unless it is the same and the duration is not."""
    if first_token is None and duration is None:
        return "unknown"
    if first_token is not None and first_token.verdict == "slower" and burst_after and not burst_before:
        return "buffered"
    verdicts = [difference.verdict for difference in (first_token, duration) if difference is not None]
    return next((verdict for verdict in verdicts if verdict in ("slower", "faster")), verdicts[0])


def deciding(first_token: Difference | None, duration: Difference | None) -> bool:
    """Whether `overall` says what the first token says, and not what the duration does."""
    if first_token is None or duration is None:
        return first_token is not None
    return first_token.verdict in ("slower", "faster") or duration.verdict not in ("slower", "faster")


def _some(values: Sequence[float], chance: random.Random) -> Sequence[float]:
    return values if len(values) <= _MOST else chance.sample(list(values), _MOST)
