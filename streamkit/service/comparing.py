"""Comparing two runs: the streams of now beside those of before, and whether they differ by more than chance.

comparison = compare_runs(before, after, ["ttft"])
print(comparison.verdict, comparison.to_json())
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from streamkit.compare.difference import Difference, compare, overall
from streamkit.errors import UsageError
from streamkit.metrics import METRICS, Metric, Timeline, distribution, find, json_number, measure
from streamkit.model.stream import Stream
from streamkit.rules import RULES, lint

DEFAULT = (
    "time_to_first_token",
    "time_to_last_token",
    "operation_duration",
    "inter_chunk_gap",
    "inter_token_latency",
    "output_tokens_per_second",
)
BURST = "TIM603"
"""The rule that says that a stream was held back and let go at once."""
_RATES = ("tokens/s", "bytes/s", "1/s")
_ENOUGH_GAPS = 9


@dataclass(slots=True)
class Side:
    """One of the two runs: a value a stream and metric (for gaps: the stream's median), verdicts, and bursts."""

    streams: int = 0
    complete: int = 0
    bursts: int = 0
    values: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs compared: what was measured of each, the difference of every metric (None where a side has too little to
    tell one), and one verdict: `same`, `faster`, `slower`, `buffered` or `unknown`. `metrics` are those asked for."""

    before: Side
    after: Side
    metrics: Sequence[Metric]
    differences: Mapping[str, Difference | None]
    verdict: str

    @property
    def worse(self) -> bool:
        """Whether the streams of now are slower than those of before, or held back."""
        return self.verdict in ("slower", "buffered")

    def to_json(self) -> dict[str, Any]:
        """The document of `stats --compare --format json`."""
        return {
            "version": 1,
            "verdict": self.verdict,
            "before": _counts(self.before),
            "after": _counts(self.after),
            "metrics": {entry.key: difference_to_json(entry, self.differences[entry.name]) for entry in self.metrics},
        }


def compare_runs(before: Iterable[Stream], after: Iterable[Stream], metrics: Sequence[str] = DEFAULT) -> Comparison:
    """Compare the streams of two runs by these metrics (names or aliases). Raises UnknownEntry, UsageError."""
    chosen = [find(name) for name in metrics]
    if any(entry.of_stream is None for entry in chosen):
        raise UsageError("--compare takes metrics of streams, not of a run")
    measured = {entry.name: entry for entry in [*chosen, METRICS["time_to_first_token"], METRICS["operation_duration"]]}
    first, second = _read(before, list(measured.values())), _read(after, list(measured.values()))
    found = {
        name: compare(first.values[name], second.values[name], more_is_better=entry.unit in _RATES)
        for name, entry in measured.items()
    }
    verdict = overall(found["time_to_first_token"], found["operation_duration"], first.bursts, second.bursts)
    return Comparison(first, second, chosen, found, verdict)


def _read(streams: Iterable[Stream], metrics: list[Metric]) -> Side:
    side = Side(values={entry.name: [] for entry in metrics})
    burst = [RULES[BURST]] if BURST in RULES else []
    for stream in streams:
        side.streams += 1
        side.complete += stream.verdict == "complete"
        side.bursts += _in_one_read(stream) or any(True for _ in lint(stream, burst))
        for name, samples in measure(stream, metrics).samples.items():
            if samples.values:
                side.values[name].append(median(samples.values))
    return side


def _in_one_read(stream: Stream) -> bool:
    """Whether all content came at once. The rule does not speak of that: alone, it may as well be a quick answer."""
    timeline = Timeline(stream)
    return len(timeline.gaps) >= _ENOUGH_GAPS and timeline.coalesced == len(timeline.gaps)


def _counts(side: Side) -> dict[str, int]:
    return {"streams": side.streams, "complete": side.complete, "bursts": side.bursts}


def difference_to_json(entry: Metric, told: Difference | None) -> dict[str, Any] | None:
    """The difference of one metric in numbers alone."""
    if told is None:
        return None
    bounds = None if told.low is None else [json_number(told.low, entry.unit), json_number(told.high or 0, entry.unit)]
    return {
        "before": distribution(told.before, entry.unit),
        "after": distribution(told.after, entry.unit),
        "change": json_number(told.change, entry.unit),
        "ratio": None if told.ratio is None else round(told.ratio, 6),
        "interval_95": bounds,
        "verdict": told.verdict,
    }
