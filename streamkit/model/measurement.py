"""What a metric gives: samples, or the reason why there are none; and the summary of many samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Samples:
    """What one metric says of one stream: no, one or many values in the metric's unit.

    `missing` is a short code telling why there is no value (`no-times`, `no-request-time`, `no-token`, `no-usage`, …);
    empty where there is one. A value of zero is a measured zero.
    """

    values: Sequence[float] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """A distribution in eight numbers. Percentiles interpolate linearly (Hyndman and Fan, type 7; numpy's default)."""

    n: int
    min: float
    mean: float
    p50: float
    p90: float
    p95: float
    p99: float
    max: float

    @staticmethod
    def of(values: Sequence[float]) -> Summary | None:
        """The summary of these values, or None where there are none."""
        if not values:
            return None
        ordered = sorted(values)
        return Summary(
            len(ordered),
            ordered[0],
            math.fsum(ordered) / len(ordered),
            percentile(ordered, 50),
            percentile(ordered, 90),
            percentile(ordered, 95),
            percentile(ordered, 99),
            ordered[-1],
        )


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A number of output tokens and where it comes from: `usage`, `per-chunk usage`, `tokenizer NAME`."""

    value: int
    source: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """All metrics of one stream (or of a run): by metric name, its samples."""

    file: str
    exchange: int
    api: str
    dialect: str
    model: str | None
    verdict: str
    samples: dict[str, Samples] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


def percentile(ordered: Sequence[float], rank: float) -> float:
    """The `rank`-th percentile (0 to 100) of values in ascending order, by linear interpolation at rank/100·(n-1)."""
    position = rank / 100 * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
