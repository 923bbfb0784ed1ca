"""Compare two runs: the current streams with earlier ones, and whether they differ by more than chance.

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
"""The rule for streams that were held back and then delivered at once."""
_RATES = ("tokens/s", "bytes/s", "1/s")
_ENOUGH_GAPS = 9


@dataclass(slots=True)
class Side:
    """One of the two runs: a value per stream and metric (for gaps, the stream's median), and counts of streams."""

    streams: int = 0
    complete: int = 0
    bursts: int = 0
    values: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs compared: the measurements of each, the difference in every metric (None if a side has too few values), and
    one verdict: `same`, `faster`, `slower`, `buffered` or `unknown`. `metrics` are the requested ones."""

    before: Side
    after: Side
    metrics: Sequence[Metric]
    differences: Mapping[str, Difference | None]
    verdict: str

    @property
    def worse(self) -> bool:
        """Whether the current streams are slower than the earlier ones, or buffered."""
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
        raise UsageError("--compare requires metrics of streams, not of a run")
    measured = {entry.name: entry for entry in [*chosen, METRICS["time_to_first_token"], METRICS["operation_duration"]]}
    first_run, second_run = _measured(before, list(measured.values())), _measured(after, list(measured.values()))
    differences = {
        name: compare(first_run.values[name], second_run.values[name], more_is_better=entry.unit in _RATES)
        for name, entry in measured.items()
    }
    verdict = overall(
        differences["time_to_first_token"], differences["operation_duration"], first_run.bursts, second_run.bursts
    )
    return Comparison(first_run, second_run, chosen, differences, verdict)


def _measured(streams: Iterable[Stream], metrics: list[Metric]) -> Side:
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
    """Whether all content came in one read. The rule does not cover this: in a single stream it may just be a fast answer."""
    timeline = Timeline(stream)
    return len(timeline.gaps) >= _ENOUGH_GAPS and timeline.coalesced == len(timeline.gaps)


def _counts(side: Side) -> dict[str, int]:
    return {"streams": side.streams, "complete": side.complete, "bursts": side.bursts}


def difference_to_json(entry: Metric, difference: Difference | None) -> dict[str, Any] | None:
    """The difference in one metric, as plain numbers."""
    if difference is None:
        return None
    bounds = (
        None
        if difference.low is None
        else [json_number(difference.low, entry.unit), json_number(difference.high or 0, entry.unit)]
    )
    return {
        "before": distribution(difference.before, entry.unit),
        "after": distribution(difference.after, entry.unit),
        "change": json_number(difference.change, entry.unit),
        "ratio": None if difference.ratio is None else round(difference.ratio, 6),
        "interval_95": bounds,
        "verdict": difference.verdict,
    }
