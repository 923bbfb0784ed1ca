"""Many samples in little room: exact while they are few, then a histogram with buckets of equal relative width.

Bucket k holds the values v with base^(k-1) < v <= base^k, where base = (1 + alpha) / (1 - alpha); the value that stands
for it is 2·base^k / (base + 1), which no value in it differs from by more than alpha. (The mapping is that of DDSketch,
Masson, Rim and Lee, VLDB 2019.) Merging adds counts, so that it gives the same histogram in any order.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from streamkit.model.measurement import PERCENTILES, Summary, percentile

ALPHA = 0.005
EXACT_SAMPLES = 2_000_000


class Histogram:
    """Counts of values that are not negative, in buckets of `alpha` relative error; zero has a bucket of its own."""

    __slots__ = ("_log_base", "alpha", "buckets", "count", "max", "min", "sum", "zero")

    def __init__(self, alpha: float = ALPHA) -> None:
        self.alpha = alpha
        self._log_base = math.log((1 + alpha) / (1 - alpha))
        self.zero = 0
        self.count = 0
        self.sum = 0.0
        self.min = math.inf
        self.max = -math.inf
        self.buckets: dict[int, int] = {}

    def extend(self, values: Iterable[float]) -> None:
        """Add these values. Raises ValueError for one that is negative or no number."""
        self.extend_sorted(sorted(values))

    def extend_sorted(self, ordered: Sequence[float]) -> None:
        """Add values that are in ascending order. Raises ValueError for one that is negative or no number."""
        if not ordered:
            return
        if not (ordered[0] >= 0 and ordered[-1] < math.inf):
            raise ValueError(f"a histogram holds no {ordered[0] if not ordered[0] >= 0 else ordered[-1]}")
        # Bucket by bucket, where its values end: there are far fewer buckets than values.
        place = bisect_right(ordered, 0)
        self.zero += place
        while place < len(ordered):
            key = self._key(ordered[place])
            end = bisect_right(ordered, self._bound(key), place)
            self.buckets[key] = self.buckets.get(key, 0) + end - place
            place = end
        self.count += len(ordered)
        self.sum += math.fsum(ordered)
        self.min = min(self.min, ordered[0])
        self.max = max(self.max, ordered[-1])

    def _bound(self, key: int) -> float:
        """The greatest value of bucket `key`."""
        return math.exp(key * self._log_base)

    def _key(self, value: float) -> int:
        """The bucket of a value; the logarithm may be off by one at a bound, and the bound decides."""
        key = math.ceil(math.log(value) / self._log_base)
        while value > self._bound(key):
            key += 1
        while value <= self._bound(key - 1):
            key -= 1
        return key

    def merge(self, other: Histogram) -> None:
        """Add the counts of another histogram. Raises ValueError where its buckets are of another width."""
        if other.alpha != self.alpha:
            raise ValueError(f"histograms of {self.alpha} and of {other.alpha} relative error do not add up")
        for key, count in other.buckets.items():
            self.buckets[key] = self.buckets.get(key, 0) + count
        self.zero += other.zero
        self.count += other.count
        self.sum += other.sum
        self.min = min(self.min, other.min)
        self.max = max(self.max, other.max)

    def percentile(self, rank: float) -> float:
        """The `rank`-th percentile, interpolated like that of the values and within `alpha` of it. Raises ValueError where there are none."""
        if not self.count:
            raise ValueError("no values, so no percentile")
        position = rank / 100 * (self.count - 1)
        below = math.floor(position)
        lower, upper = self._ranked(below), self._ranked(min(below + 1, self.count - 1))
        return lower + (upper - lower) * (position - below)

    def _ranked(self, place: int) -> float:
        """The value at this place (from 0) of all values in ascending order, within `alpha`; the ends are exact."""
        if place <= 0:
            return self.min
        if place >= self.count - 1:
            return self.max
        seen = self.zero
        if place < seen:
            return 0.0
        for key in sorted(self.buckets):
            seen += self.buckets[key]
            if place < seen:
                return min(max(self.value(key), self.min), self.max)
        return self.max

    def value(self, key: int) -> float:
        """The value that stands for all values of bucket `key`."""
        base = math.exp(self._log_base)
        return 2 * base**key / (base + 1)

    def summary(self) -> Summary | None:
        """The distribution in eight numbers, or None where there are no values."""
        if not self.count:
            return None
        p50, p90, p95, p99 = (self.percentile(rank) for rank in PERCENTILES)
        return Summary(self.count, self.min, self.sum / self.count, p50, p90, p95, p99, self.max)

    def to_json(self) -> dict[str, Any]:
        """The histogram as an object of JSON: `{"alpha","zero","min","max","count","sum","buckets":{key: count}}`."""
        return {
            "alpha": self.alpha,
            "zero": self.zero,
            "min": self.min if self.count else None,
            "max": self.max if self.count else None,
            "count": self.count,
            "sum": self.sum,
            "buckets": {str(key): self.buckets[key] for key in sorted(self.buckets)},
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Histogram:
        """The histogram that `to_json` gave. Raises ValueError where that is not what it is."""
        try:
            made = Histogram(float(value["alpha"]))
            made.zero = int(value["zero"])
            made.count = int(value["count"])
            made.sum = float(value["sum"])
            made.buckets = {int(key): int(count) for key, count in value["buckets"].items()}
            if made.count:
                made.min, made.max = float(value["min"]), float(value["max"])
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"no histogram: {error}") from error
        if made.zero + sum(made.buckets.values()) != made.count:
            raise ValueError("no histogram: its buckets do not add up to its count")
        return made


class Pool:
    """Samples of one metric over many streams: exact up to `exact` of them, from then on a histogram."""

    __slots__ = ("_exact", "_histogram", "_ordered", "_values")

    def __init__(self, exact: int = EXACT_SAMPLES) -> None:
        self._exact = exact
        self._values = array("d")
        self._ordered: array[float] | None = None
        self._histogram: Histogram | None = None

    def __len__(self) -> int:
        return len(self._values) if self._histogram is None else self._histogram.count

    @property
    def exact(self) -> bool:
        """Whether percentiles are exact; else they are within half a percent."""
        return self._histogram is None

    @property
    def values(self) -> Sequence[float]:
        """The samples themselves; none where they are kept as a histogram."""
        return self._values

    def extend(self, values: Iterable[float]) -> None:
        """Add these values."""
        if self._histogram is None:
            self._values.extend(values)
            self._ordered = None
            if len(self._values) > self._exact:
                self._condense()
        else:
            self._histogram.extend(values)

    def merge(self, histogram: Histogram) -> None:
        """Add what another machine counted; percentiles are then within half a percent."""
        if histogram.count:
            self._condense().merge(histogram)

    def summary(self) -> Summary | None:
        """The distribution in eight numbers, or None where there are no values."""
        return Summary.of(self._sorted()) if self._histogram is None else self._histogram.summary()

    def percentile(self, rank: float) -> float:
        """The `rank`-th percentile. Raises ValueError where there are no values."""
        if self._histogram is not None:
            return self._histogram.percentile(rank)
        if not self._values:
            raise ValueError("no values, so no percentile")
        return percentile(self._sorted(), rank)

    def histogram(self) -> Histogram:
        """All samples as a histogram; the pool itself stays as it is."""
        if self._histogram is not None:
            return self._histogram
        made = Histogram()
        made.extend_sorted(self._sorted())
        return made

    def _sorted(self) -> Sequence[float]:
        """The samples in ascending order, sorted once for all who ask."""
        if self._ordered is None:
            self._ordered = array("d", sorted(self._values))
        return self._ordered

    def _condense(self) -> Histogram:
        if self._histogram is None:
            self._histogram = Histogram()
            self._histogram.extend(self._values)
            self._values, self._ordered = array("d"), None
        return self._histogram
