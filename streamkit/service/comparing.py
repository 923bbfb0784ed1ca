"""Compare two runs of streams, before and after, and decide whether they differ by more than chance.

comparison = compare_runs(before, after, ["ttft"])
print(comparison.verdict, comparison.to_json())
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from statistics import median
from typing import Any

from streamkit.compare.difference import (
    ALPHA,
    ComparisonVerdict,
    Difference,
    Shift,
    Success,
    compare,
    compare_success,
    overall,
    questions,
)
from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.metrics import (
    COMPLETE,
    METRICS,
    Metric,
    Outcomes,
    Timeline,
    distribution,
    json_number,
    measure,
    metric_named,
    outcome_of,
    share_interval,
)
from streamkit.model.stream import Stream
from streamkit.reporters import Row
from streamkit.rules import RULES, lint

DEFAULT = (
    "time_to_first_token",
    "inter_token_latency",
    "inter_chunk_gap",
    "operation_duration",
    "output_tokens_per_second",
)
BURST = "TIM603"
"""The rule that says that a stream was held back and let go at once."""
_RATES = ("tokens/s", "bytes/s", "1/s")
_ENOUGH_GAPS = 9
_WORSE = ("slower", "buffered", "failing")


@dataclass(slots=True)
class Side:
    """One of the two runs: a value per complete stream and metric (for gaps: the stream's median), how the requests ended, and
    how many streams came in one burst."""

    streams: int = 0
    complete: int = 0
    bursts: int = 0
    values: dict[str, list[float]] = field(default_factory=dict)
    outcomes: Outcomes = field(default_factory=Outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two compared runs: their measurements, the difference of every metric (None if a run has no value of it),
    that of the success share, and one verdict. `metrics` are those to compare; `alpha` is 1 minus the level of each interval."""

    before: Side
    after: Side
    metrics: Sequence[Metric]
    differences: Mapping[str, Difference | None]
    success: Success
    verdict: ComparisonVerdict
    alpha: float

    @property
    def worse(self) -> bool:
        """Whether more requests fail than before, or streams are slower or buffered."""
        return self.verdict in _WORSE

    def to_json(self) -> dict[str, Any]:
        """Return the document of `stats --compare --format json`."""
        return {
            "version": 1,
            "verdict": self.verdict,
            "before": _counts(self.before),
            "after": _counts(self.after),
            "success": success_to_json(self.success),
            "level_of_each_interval": round(1 - self.alpha, 6),
            "metrics": {entry.key: difference_to_json(entry, self.differences[entry.name]) for entry in self.metrics},
        }


def compare_runs(
    before: Iterable[Stream | Row],
    after: Iterable[Stream | Row],
    metrics: Sequence[str] = DEFAULT,
    *,
    include_failed: bool = False,
) -> Comparison:
    """Compare two runs by these metrics (names or aliases). A run is streams, or rows of `stats --format json`.

    Failed streams are in no latency unless `include_failed`. Raises UnknownEntry, UsageError.
    """
    chosen = list({entry.name: entry for entry in map(metric_named, metrics)}.values())
    if any(entry.whole_run for entry in chosen):
        raise UsageError("--compare takes metrics of streams, not of a run; how many fail is always compared")
    measured = {entry.name: entry for entry in [*chosen, METRICS["time_to_first_token"]]}
    first = _read(before, list(measured.values()), include_failed)
    second = _read(after, list(measured.values()), include_failed)
    # One more than those of the metrics: the share of successes.
    intervals = 1 + sum(questions(len(first.values[name]), len(second.values[name])) for name in measured)
    alpha = ALPHA / intervals
    found = {
        name: compare(first.values[name], second.values[name], more_is_better=entry.unit in _RATES, alpha=alpha)
        for name, entry in measured.items()
    }
    success = _success(first.outcomes, second.outcomes, alpha)
    verdict = overall(
        (found[entry.name] for entry in chosen), found["time_to_first_token"], success, (first.bursts, second.bursts)
    )
    return Comparison(
        before=first,
        after=second,
        metrics=chosen,
        differences=found,
        success=success,
        verdict=verdict,
        alpha=alpha,
    )


def _success(before: Outcomes, after: Outcomes, alpha: float) -> Success:
    sides = (before.complete, before.judged), (after.complete, after.judged)
    return compare_success(*sides, (share_interval(*sides[0]), share_interval(*sides[1])), alpha)


def _read(run: Iterable[Stream | Row], metrics: list[Metric], include_failed: bool) -> Side:
    side = Side(values={entry.name: [] for entry in metrics})
    burst = [RULES[BURST]] if BURST in RULES else []
    for one in run:
        side.streams += 1
        if isinstance(one, Stream):
            outcome = outcome_of(one)
            side.bursts += _in_one_read(one) or any(True for _ in lint(one, burst))
        else:
            outcome = str(one.get("outcome") or one["verdict"])
        side.complete += outcome == COMPLETE
        side.outcomes.add(outcome, None)
        if include_failed or outcome == COMPLETE:
            for name, value in _values(one, metrics):
                side.values[name].append(value)
    return side


def _values(one: Stream | Row, metrics: list[Metric]) -> Iterable[tuple[str, float]]:
    """Yield a number for each metric that this stream, or row, has; of many values their median."""
    if isinstance(one, Stream):
        for name, samples in measure(one, metrics).samples.items():
            if samples.values:
                yield name, median(samples.values)
        return
    for entry in metrics:
        found = one["metrics"].get(entry.key)
        value = found.get("p50") if isinstance(found, dict) else found
        if value is not None:
            yield entry.name, float(value)


def _in_one_read(stream: Stream) -> bool:
    """Return whether all content arrived at once. The rule does not report that: a single such stream may be a quick answer."""
    timeline = Timeline(stream)
    return len(timeline.gaps) >= _ENOUGH_GAPS and timeline.coalesced == len(timeline.gaps)


def _counts(side: Side) -> dict[str, Any]:
    return {
        "streams": side.streams,
        "complete": side.complete,
        "failed": side.outcomes.failed,
        "bursts": side.bursts,
        "outcomes": dict(sorted(side.outcomes.counts.items())),
    }


def success_to_json(change: Success) -> dict[str, Any]:
    """Return the numbers of the change of the success share."""
    return {
        "before": round(change.before[0] / change.before[1], 6) if change.before[1] else None,
        "after": round(change.after[0] / change.after[1], 6) if change.after[1] else None,
        "change": None if change.change is None else round(change.change, 6),
        "interval_95": None if change.low is None else [round(change.low, 6), round(change.high or 0.0, 6)],
        "verdict": change.verdict,
    }


def difference_to_json(entry: Metric, change: Difference | None) -> dict[str, Any] | None:
    """Return the numbers of the difference of one metric."""
    if change is None:
        return None
    return {
        "before": distribution(change.before, entry.unit),
        "after": distribution(change.after, entry.unit),
        "change": json_number(change.change, entry.unit),
        "ratio": None if change.ratio is None else round(change.ratio, 6),
        "shift": json_number(change.middle.change, entry.unit),
        "interval_95": _bounds(entry, change.middle),
        "middle": change.middle.verdict,
        "tail": None if change.tail is None else _tail(entry, change.tail),
        "verdict": change.verdict,
    }


def _tail(entry: Metric, change: Shift) -> dict[str, Any]:
    return {
        "percentile": round(change.rank, 2),
        "before": json_number(change.before, entry.unit),
        "after": json_number(change.after, entry.unit),
        "change": json_number(change.change, entry.unit),
        "ratio": None if change.ratio is None else round(change.ratio, 6),
        "interval_95": _bounds(entry, change),
        "verdict": change.verdict,
    }


def _bounds(entry: Metric, change: Shift) -> list[float] | None:
    if change.low is None or change.high is None:
        return None
    return [json_number(change.low, entry.unit), json_number(change.high, entry.unit)]
