"""Many samples in little memory: exact while there are few, otherwise a histogram with buckets of equal relative width.

Bucket k holds the values v with base^(k-1) < v <= base^k, where base = (1 + alpha) / (1 - alpha); the value that stands
for it is 2·base^k / (base + 1), which no value in it differs from by more than alpha. (The mapping is that of DDSketch,
Masson, Rim and Lee, VLDB 2019.) Merging adds counts, so that it gives the same histogram in any order.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any

from streamkit.model.measurement import PERCENTILES, Summary

ALPHA = 0.005
EXACT_SAMPLES = 2_000_000
# Samples that are sorted at once.
_PIECE = 65_536


class Histogram:
    """Counts of non-negative values, in buckets of `alpha` relative error; zero has a separate bucket."""

    __slots__ = ("_log_base", "_sum", "alpha", "buckets", "count", "max", "min", "zero")

    def __init__(self, alpha: float = ALPHA) -> None:
        self.alpha = alpha
        self._log_base = math.log((1 + alpha) / (1 - alpha))
        self.zero = 0
        self.count = 0
        self._sum: list[float] = []
        self.min = math.inf
        self.max = -math.inf
        self.buckets: dict[int, int] = {}

    @property
    def sum(self) -> float:
        """The sum of all values, rounded once."""
        return self._sum[0] if self._sum else 0.0

    def extend(self, values: Iterable[float]) -> None:
        """Add these values. Raises ValueError for a negative value or NaN."""
        self.extend_sorted(sorted(values))

    def extend_sorted(self, ordered: Sequence[float]) -> None:
        """Add values that are in ascending order. Raises ValueError for a negative value or NaN."""
        if not ordered:
            return
        if not (ordered[0] >= 0 and ordered[-1] < math.inf):
            raise ValueError(f"a histogram holds no {ordered[0] if not ordered[0] >= 0 else ordered[-1]}")
        # Find the end of each bucket's values: there are far fewer buckets than values.
        index = bisect_right(ordered, 0)
        self.zero += index
        while index < len(ordered):
            key = self._key(ordered[index])
            end = bisect_right(ordered, self._bound(key), index)
            self.buckets[key] = self.buckets.get(key, 0) + end - index
            index = end
        self.count += len(ordered)
        self._sum = _exact_sum([*self._sum, *ordered])
        self.min = min(self.min, ordered[0])
        self.max = max(self.max, ordered[-1])

    def _bound(self, key: int) -> float:
        """Return the greatest value of bucket `key`."""
        return math.exp(key * self._log_base)

    def _key(self, value: float) -> int:
        """Return the bucket of a value; the logarithm may be off by one at a bound, and the bound decides."""
        key = math.ceil(math.log(value) / self._log_base)
        while value > self._bound(key):
            key += 1
        while value <= self._bound(key - 1):
            key -= 1
        return key

    def merge(self, other: Histogram) -> None:
        """Add the counts of another histogram. Raises ValueError if its buckets have another width."""
        if other.alpha != self.alpha:
            raise ValueError(f"histograms of {self.alpha} and of {other.alpha} relative error do not add up")
        for key, count in other.buckets.items():
            self.buckets[key] = self.buckets.get(key, 0) + count
        self.zero += other.zero
        self.count += other.count
        self._sum = _exact_sum([*self._sum, *other._sum])
        self.min = min(self.min, other.min)
        self.max = max(self.max, other.max)

    def percentile(self, rank: float) -> float:
        """Return the `rank`-th percentile, interpolated like that of the values and within `alpha` of it. Raises ValueError if there are none."""
        if not self.count:
            raise ValueError("no values, so no percentile")
        position = rank / 100 * (self.count - 1)
        below = math.floor(position)
        lower, upper = self._ranked(below), self._ranked(min(below + 1, self.count - 1))
        return lower + (upper - lower) * (position - below)

    def _ranked(self, index: int) -> float:
        """Return the value at this index (from 0) of all values in ascending order, within `alpha`; the ends are exact."""
        if index <= 0:
            return self.min
        if index >= self.count - 1:
            return self.max
        key, _ = self.bucket_of(index)
        return 0.0 if key is None else min(max(self.value(key), self.min), self.max)

    def bucket_of(self, index: int) -> tuple[int | None, int]:
        """Return the bucket of the value at this index (from 0) in ascending order, and the number of values before that bucket;
        the bucket of zero is None. Raises IndexError."""
        if 0 <= index < self.zero:
            return None, 0
        seen = self.zero
        for key in sorted(self.buckets):
            seen += self.buckets[key]
            if index < seen:
                return key, seen - self.buckets[key]
        raise IndexError(f"no value at place {index} of {self.count}")

    def bounds(self, key: int) -> tuple[float, float]:
        """Return the exclusive lower and the inclusive upper bound of bucket `key`."""
        return self._bound(key - 1), self._bound(key)

    def value(self, key: int) -> float:
        """Return the value that represents all values of bucket `key`."""
        base = math.exp(self._log_base)
        return 2 * base**key / (base + 1)

    def summary(self) -> Summary | None:
        """Return the distribution in eight numbers, or None if there are no values."""
        if not self.count:
            return None
        p50, p90, p95, p99 = (self.percentile(rank) for rank in PERCENTILES)
        return Summary(
            n=self.count, min=self.min, mean=self.sum / self.count, p50=p50, p90=p90, p95=p95, p99=p99, max=self.max
        )

    def deviation(self) -> float | None:
        """Return the standard deviation of a sample, within about `alpha` of the values, or None for fewer than two."""
        if self.count < 2:
            return None
        # The mean of the buckets' own values, so that the deviation of equal values is 0.
        mean = math.fsum(count * self.value(key) for key, count in self.buckets.items()) / self.count
        squares = [count * (self.value(key) - mean) ** 2 for key, count in self.buckets.items()]
        return math.sqrt(math.fsum([*squares, self.zero * mean**2]) / (self.count - 1))

    def to_json(self) -> dict[str, Any]:
        """Return the histogram as an object of JSON: `{"alpha","zero","min","max","count","sum","buckets":{key: count}}`.

        If `sum` had to be rounded, `sum_rest` contains the remainder, so that sums are the same in any order.
        """
        return {
            "alpha": self.alpha,
            "zero": self.zero,
            "min": self.min if self.count else None,
            "max": self.max if self.count else None,
            "count": self.count,
            "sum": self.sum,
            **({"sum_rest": self._sum[1:]} if self._sum[1:] else {}),
            "buckets": {str(key): self.buckets[key] for key in sorted(self.buckets)},
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Histogram:
        """Return the histogram from the output of `to_json`. Raises ValueError if it is not that."""
        try:
            made = Histogram(float(value["alpha"]))
            made.zero = int(value["zero"])
            made.count = int(value["count"])
            made._sum = _exact_sum([float(value["sum"]), *map(float, value.get("sum_rest", ()))])
            made.buckets = {int(key): int(count) for key, count in value["buckets"].items()}
            if made.count:
                made.min, made.max = float(value["min"]), float(value["max"])
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"no histogram: {error}") from error
        if made.zero + sum(made.buckets.values()) != made.count:
            raise ValueError("no histogram: its buckets do not add up to its count")
        return made


def _exact_sum(values: list[float]) -> list[float]:
    """Return the exact sum of these values, as floats: each is the remainder after those before it, rounded once."""
    parts: list[float] = []
    while part := math.fsum(values):
        parts.append(part)
        values.append(-part)
    return parts


class SamplePool:
    """Samples of one metric over many streams: exact up to `exact` of them, from then on a histogram."""

    __slots__ = ("_as_histogram", "_exact", "_found", "_histogram", "_is_ordered", "_mean", "_values")

    def __init__(self, exact: int = EXACT_SAMPLES) -> None:
        self._exact = exact
        self._values = array("d")
        self._histogram: Histogram | None = None
        self._forget()

    def _forget(self) -> None:
        """Drop the cached values derived from the samples."""
        self._as_histogram: Histogram | None = None
        self._is_ordered = False
        self._mean: float | None = None
        self._found: tuple[int, list[float], list[int]] | None = None

    def __len__(self) -> int:
        return len(self._values) if self._histogram is None else self._histogram.count

    @property
    def exact(self) -> bool:
        """Whether percentiles are exact; otherwise they are within half a percent."""
        return self._histogram is None

    @property
    def values(self) -> Sequence[float]:
        """The samples themselves, in no particular order; none if they are kept as a histogram."""
        return self._values

    def extend(self, values: Iterable[float]) -> None:
        """Add these values."""
        if self._histogram is not None:
            self._histogram.extend(values)
            return
        if type(values) is list:
            self._values.fromlist(values)
        else:
            self._values.extend(values)
        self._forget()
        if len(self._values) > self._exact:
            self._condense()

    def merge(self, histogram: Histogram) -> None:
        """Add the histogram of another machine; percentiles are then within half a percent."""
        if histogram.count:
            self._condense().merge(histogram)

    def summary(self) -> Summary | None:
        """Return the distribution in eight numbers, or None if there are no values."""
        if self._histogram is not None:
            return self._histogram.summary()
        if not self._values:
            return None
        least, most = self._ranked(0), self._ranked(len(self._values) - 1)
        mean = self._mean_of_values()
        p50, p90, p95, p99 = (self.percentile(rank) for rank in PERCENTILES)
        return Summary(n=len(self._values), min=least, mean=mean, p50=p50, p90=p90, p95=p95, p99=p99, max=most)

    def deviation(self) -> float | None:
        """Return the standard deviation of a sample (n - 1), or None for fewer than two values."""
        if self._histogram is not None:
            return self._histogram.deviation()
        count = len(self._values)
        if count < 2:
            return None
        if self._ranked(0) == self._ranked(count - 1):
            return 0.0
        return math.hypot(*map(self._distance, range(0, count, _PIECE))) / math.sqrt(count - 1)

    def _distance(self, start: int) -> float:
        """Return the root of the sum of squares of what the samples of the piece that begins there differ from the mean."""
        piece = tuple(self._values[start : start + _PIECE])
        return math.dist(piece, (self._mean_of_values(),) * len(piece))

    def _mean_of_values(self) -> float:
        if self._mean is None:
            total = self._as_histogram.sum if self._as_histogram is not None else math.fsum(self._values)
            self._mean = total / len(self._values)
        return self._mean

    def percentile(self, rank: float) -> float:
        """Return the `rank`-th percentile. Raises ValueError if there are no values."""
        if self._histogram is not None:
            return self._histogram.percentile(rank)
        if not self._values:
            raise ValueError("no values, so no percentile")
        position = rank / 100 * (len(self._values) - 1)
        below = math.floor(position)
        lower, upper = self._ranked(below), self._ranked(min(below + 1, len(self._values) - 1))
        return lower + (upper - lower) * (position - below)

    def histogram(self) -> Histogram:
        """Return all samples as a histogram; the pool is not changed."""
        if self._histogram is not None:
            return self._histogram
        if self._as_histogram is None:
            self._as_histogram = Histogram()
            for start in range(0, len(self._values), _PIECE):
                self._as_histogram.extend_sorted(self._order(start))
            self._is_ordered = True
        return self._as_histogram

    def _order(self, start: int) -> Sequence[float]:
        """Bring the samples of the piece that begins there into ascending order, and return them."""
        ordered = self._values[start : start + _PIECE]
        equal = ordered[0] == ordered[-1] and ordered.count(ordered[0]) == len(ordered)
        if not self._is_ordered and not equal:
            ordered = array("d", sorted(ordered))
            self._values[start : start + _PIECE] = ordered
        return ordered

    def _ranked(self, index: int) -> float:
        """Return the sample at this index (from 0) of all samples in ascending order.

        Sorting all samples at once would take four times their memory. The histogram determines the bucket;
        its samples are adjacent in each sorted piece, and only these are sorted, each value once.
        """
        if len(self._values) <= _PIECE:
            if not self._is_ordered:
                self._order(0)
                self._is_ordered = True
            return self._values[index]
        if index in (0, len(self._values) - 1):
            return self.histogram().max if index else self.histogram().min
        key, before = self.histogram().bucket_of(index)
        if key is None:
            return 0.0
        if self._found is None or self._found[0] != key:
            low, high = self.histogram().bounds(key)
            members = Counter[float]()
            for start in range(0, len(self._values), _PIECE):
                stop = min(start + _PIECE, len(self._values))
                first = bisect_right(self._values, low, start, stop)
                members.update(self._values[first : bisect_right(self._values, high, first, stop)])
            self._found = key, sorted(members), list(accumulate(members[value] for value in sorted(members)))
        _, values, upto = self._found
        return values[bisect_right(upto, index - before)]

    def _condense(self) -> Histogram:
        if self._histogram is None:
            self._histogram = self.histogram()
            self._values = array("d")
            self._forget()
        return self._histogram
