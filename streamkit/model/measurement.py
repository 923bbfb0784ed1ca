"""The result of a metric: samples, or the reason why there are none; and the summary of many samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from streamkit.frozen import dataclass
from streamkit.model._display import brief, html_table, tag
from streamkit.text import counted

# The percentiles in every summary.
PERCENTILES = (50, 90, 95, 99)


@dataclass(frozen=True, slots=True)
class Samples:
    """One metric of one stream: zero, one or many values in the metric's unit.

    `missing` is a short code for why there is no value (`no-times`, `no-request-time`, `no-token`, `no-usage`, …);
    empty if there is one. A value of zero is a measured zero. `source` is the source of a count of tokens.
    """

    values: Sequence[float] = ()
    missing: str = ""
    source: str = ""

    __repr__ = brief


@dataclass(frozen=True, slots=True, kw_only=True)
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
        """Return the summary of these values, or None if there are none."""
        if not values:
            return None
        ordered = sorted(values)
        return Summary(
            n=len(ordered),
            min=ordered[0],
            mean=math.fsum(ordered) / len(ordered),
            p50=percentile(ordered, 50),
            p90=percentile(ordered, 90),
            p95=percentile(ordered, 95),
            p99=percentile(ordered, 99),
            max=ordered[-1],
        )


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A number of output tokens and where it comes from: `usage`, `per-chunk usage`, `tokenizer NAME`."""

    value: int
    source: str


@dataclass(frozen=True, slots=True)
class TokenCounter:
    """Counts the tokens of a text, without a network; `name` is its vocabulary."""

    name: str
    count: Callable[[str], int] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChoiceTimes:
    """One of several choices of a stream: its number, its content chunks, when the first and the last of them came (ns
    since the request; None if that is not known), and the gaps between them (ns)."""

    number: int
    chunks: int
    first: int | None
    last: int | None
    gaps: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """All metrics of one stream (or of a run): by metric name, its samples.

    `notes` are sentences about the reliability of these numbers: coalesced reads, a clock that went back, a usage
    that contradicts the content. `stalls` are its longest pauses: the event (from 1) that ended each, when (ns), and how
    long it was (ns); `choices` has one entry each if there are several. `units` has the unit of each metric
    (`ns`, `tokens`, …). `recorded_at` is when the request was sent, as RFC 3339; None if unknown.
    `clock` is that of the recording, which determines the precision of the times.
    `outcome` is how the request ended, in more detail than `verdict`: `complete`, `http-429`, `refused`, `truncated`, ….
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
    choices: tuple[ChoiceTimes, ...] = ()
    clock: str | None = None
    units: Mapping[str, str] = field(default_factory=dict, compare=False)
    outcome: str = "complete"

    def ordered(self) -> Measurement:
        """Return the same with the values of each metric in ascending order, so that to sort them again takes little time."""
        return replace(
            self,
            samples={
                name: replace(samples, values=sorted(samples.values)) if len(samples.values) > 1 else samples
                for name, samples in self.samples.items()
            },
        )

    def __repr__(self) -> str:
        known = sum(not samples.missing for samples in self.samples.values())
        name = self.file if self.exchange == 1 else f"{self.file}#{self.exchange}"
        return tag(self, name, self.api, self.verdict, f"{known} of {counted(len(self.samples), 'metric')}")

    def _repr_html_(self) -> str:
        known = [record for record in self.to_records() if not record["missing"]]
        return html_table(repr(self), known, len(known))

    def to_records(self) -> list[dict[str, Any]]:
        """Return a record per sample, for data frames: `file`, `exchange`, `metric`, `unit`, `value` (None if there is
        none), `missing` (why there is none; else empty)."""
        return [
            {"file": self.file, "exchange": self.exchange, "metric": name, "unit": self.units.get(name, ""), **record}
            for name, samples in self.samples.items()
            for record in _records(samples)
        ]


def _records(samples: Samples) -> list[dict[str, Any]]:
    if samples.missing:
        return [{"value": None, "missing": samples.missing}]
    return [{"value": value, "missing": ""} for value in samples.values]


def percentile(ordered: Sequence[float], rank: float) -> float:
    """Return the `rank`-th percentile (0 to 100) of values in ascending order, by linear interpolation at rank/100·(n-1)."""
    position = rank / 100 * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
