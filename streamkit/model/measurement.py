"""What a metric gives: samples, or the reason why there are none; and the summary of many samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

# The percentiles that every distribution is told by.
PERCENTILES = (50, 90, 95, 99)


@dataclass(frozen=True, slots=True)
class Samples:
    """What one metric says of one stream: no, one or many values in the metric's unit.

    `missing` is a short code telling why there is no value (`no-times`, `no-request-time`, `no-token`, `no-usage`, …);
    empty where there is one. A value of zero is a measured zero. `source` tells where a count of tokens comes from.
    """

    values: Sequence[float] = ()
    missing: str = ""
    source: str = ""


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
class TokenCounter:
    """Something that counts the tokens of a text without a network; `name` says which vocabulary it counts with."""

    name: str
    count: Callable[[str], int] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several choices of a stream: its number, its content chunks, when the first and the last of them came (ns
    since the request; None where that is not known), and the gaps between them (ns)."""

    number: int
    chunks: int
    first: int | None
    last: int | None
    gaps: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """All metrics of one stream (or of a run): by metric name, its samples.

    `notes` are sentences about how far these numbers can be trusted: coalesced reads, a clock that went back, a usage
    that contradicts the content. `stalls` are its longest pauses: the event (from 1) that ended each, when (ns), and how
    long it was (ns); `choices` are told apart where there are several. `recorded_at` is when the request was sent, as RFC 3339; None where nobody knows.
    `outcome` tells how the request ended, finer than `verdict`: `complete`, `http-429`, `refused`, `truncated`, ….
    """

    file: str
    exchange: int
    api: str
    dialect: str
    model: str | None
    verdict: str
    samples: dict[str, Samples] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    recorded_at: str | None = None
    stalls: tuple[tuple[int, int, int], ...] = ()
    choices: tuple[Choice, ...] = ()
    outcome: str = "complete"


def percentile(ordered: Sequence[float], rank: float) -> float:
    """The `rank`-th percentile (0 to 100) of values in ascending order, by linear interpolation at rank/100·(n-1)."""
    position = rank / 100 * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
