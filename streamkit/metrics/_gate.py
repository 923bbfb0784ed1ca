"""Gates and limits: `METRIC[.STAT] (<|<=|>|>=) NUMBER[UNIT]`, as in `ttft.p95 > 800ms`.

Without a statistic the expression is evaluated for every stream; with one, for all samples of all streams together. A metric
of the run takes none. A gate is a condition that must not be true (`--fail-if`), a limit one that must be (`--slo "ttft <= 500ms"`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from math import isinf
from operator import ge, gt, le, lt

from streamkit.errors import UnknownEntry, UsageError
from streamkit.frozen import dataclass
from streamkit.metrics._collect import Collection
from streamkit.metrics._metric import Metric, metric_named
from streamkit.metrics._outcome import CAUSES, is_cause
from streamkit.model.histogram import SamplePool
from streamkit.model.measurement import Measurement, Samples, Summary, percentile
from streamkit.model.units import BYTES, DURATIONS, NANOSECONDS, quantity

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_EXPRESSION = re.compile(
    r"\s*([A-Za-z_][\w.-]*?)(?:\.(n|min|mean|max|p\d{1,2}(?:\.\d+)?|p100))?\s*(<=|>=|<|>)\s*(.+?)\s*"
)

_UNITS: Mapping[str, Mapping[str, float]] = {
    "ns": NANOSECONDS,
    "bytes": BYTES,
    "bytes/s": {**BYTES, **{f"{name}/s": factor for name, factor in BYTES.items()}},
    "tokens": {"": 1, "tokens": 1},
    "tokens/s": {"": 1, "tok/s": 1, "tokens/s": 1},
    "1/s": {"": 1, "/s": 1},
    "ratio": {"": 1, "%": 0.01},
    "1": {"": 1},
}
WORST = 3


@dataclass(frozen=True, slots=True)
class Expression:
    """A comparison of a metric, or of one statistic of it, with a number in the metric's unit. `text` is as written; `cause`
    is the kind of failure that `failed.CAUSE` counts."""

    text: str
    metric: Metric
    stat: str
    sign: str
    number: float
    cause: str = ""

    @property
    def about_failures(self) -> bool:
        """Whether this is about the outcomes of requests, so that it covers those that failed."""
        return self.metric.of_outcomes is not None

    def holds(self, value: float) -> bool:
        """Return whether the comparison is true of this value."""
        return _COMPARE[self.sign](value, self.number)

    def of_samples(self, samples: Samples) -> float | None:
        """Return the value of one stream: its own statistic, or its one sample; None if it is missing."""
        if samples.missing or not samples.values:
            return None
        return statistic(samples.values, self.stat) if self.stat else samples.values[0]


def parse_expression(text: str) -> Expression:
    """Parse an expression. Raises UsageError."""
    match = _EXPRESSION.fullmatch(text)
    if not match:
        raise UsageError(f'invalid expression {text!r}: expected METRIC[.STAT] < NUMBER, as in "ttft.p95 > 800ms"')
    name, stat, sign, amount = match.groups()
    name, cause = _cause_of(text, name)
    try:
        metric = metric_named(name)
    except UnknownEntry as error:
        raise UsageError(f"{text!r}: {_unknown_statistic(name) or error}") from None
    if metric.whole_run and stat:
        raise UsageError(f"{text!r}: {metric.name} is a single number per run and has no .{stat}")
    if metric.many and not stat:
        raise UsageError(
            f"{text!r}: {metric.name} has many values per stream; choose a statistic, as in {name}.p95 {sign} {amount}"
        )
    return Expression(text.strip(), metric, stat or "", sign, _amount(text, metric, stat or "", amount), cause)


def _cause_of(text: str, name: str) -> tuple[str, str]:
    """Return the metric and the cause of `failed.429`; the cause is empty if there is none. Raises UsageError."""
    metric, _, cause = name.partition(".")
    try:
        by_cause = bool(cause) and metric_named(metric).by_cause
    except UnknownEntry:
        by_cause = False
    if not by_cause:
        return name, ""
    if not is_cause(cause):
        raise UsageError(f"{text!r}: unknown cause {cause!r}: expected an HTTP status (429) or {', '.join(CAUSES)}")
    return metric, cause


def _unknown_statistic(name: str) -> str:
    """Return the message for a known metric with an unknown statistic (`ttft.p101`); empty for anything else."""
    metric, _, stat = name.rpartition(".")
    try:
        metric_named(metric)
    except UnknownEntry:
        return ""
    return f"unknown statistic {stat!r}; expected n, min, mean, max, or p0 to p100 (p95, p99.9)"


def statistic(values: object, stat: str) -> float | None:
    """One statistic (`n`, `mean`, `p95`, …) of values or of a pool; None if there are none."""
    if isinstance(values, SamplePool):
        if stat.startswith("p") and len(values):
            return values.percentile(float(stat[1:]))
        summary = values.summary()
    else:
        numbers = list(values)  # type: ignore[call-overload]
        if stat.startswith("p") and numbers:
            return percentile(sorted(numbers), float(stat[1:]))
        summary = Summary.of(numbers)
    return None if summary is None else float(getattr(summary, stat))


@dataclass(slots=True)
class Gate:
    """One `--fail-if`, evaluated for every stream; it keeps the number of failures and the worst streams."""

    expression: Expression
    broke: int = 0
    absent: int = 0
    why: str = ""
    failed: int = 0
    worst: list[tuple[float, str, int]] = field(default_factory=list)  # the value, the file and the exchange

    def see(self, measurement: Measurement, *, taken: bool = True) -> None:
        """Evaluate one stream. A stream that is not `taken` failed: it is counted, but not part of the samples."""
        if self.expression.metric.whole_run:
            return
        if not taken:
            self.failed += 1
            return
        samples = measurement.samples[self.expression.metric.name]
        if not samples.missing and not samples.values:
            return  # from another run: only the summary is stored
        value = self.expression.of_samples(samples)
        if value is None:
            self.absent += 1
            self.why = self.why or samples.missing
        elif self.expression.holds(value):
            self.broke += 1
            self.worst.append((value, measurement.file, measurement.exchange))
            self.worst.sort(key=lambda entry: entry[0], reverse=self.expression.sign in (">", ">="))
            del self.worst[WORST:]

    def failure(self, whole: Collection, *, allow_missing: bool, failures_judged: bool = False) -> GateFailure | None:
        """Return the failure after all streams, or None if the gate passes. `failures_judged` is whether another gate limits the number
        of failed streams, so that this one need not."""
        expression = self.expression
        if expression.metric.whole_run:
            samples = _of_run(expression, whole)
            value = samples.values[0] if samples.values else None
            if value is None:
                return (
                    None
                    if allow_missing
                    else GateFailure(
                        expression=expression, value=None, absent=whole.count, why=samples.missing, worst=()
                    )
                )
            return GateFailure(expression=expression, value=value) if expression.holds(value) else None
        if self.absent and not allow_missing:
            return GateFailure(expression=expression, value=None, absent=self.absent, why=self.why, worst=())
        if self.failed and not allow_missing and (not failures_judged or self.failed == whole.count):
            return GateFailure(expression=expression, value=None, absent=self.failed, why="not-complete")
        if not expression.stat:
            return (
                GateFailure(expression=expression, value=None, absent=0, why="", worst=self._named(), broke=self.broke)
                if self.broke
                else None
            )
        value = statistic(whole.pools[expression.metric.name], expression.stat)
        if value is not None and expression.holds(value):
            return GateFailure(
                expression=expression, value=value, absent=0, why="", worst=self._named(), broke=self.broke
            )
        return None

    def _named(self) -> tuple[tuple[float, str], ...]:
        return tuple((value, file if number == 1 else f"{file}#{number}") for value, file, number in self.worst)


def _of_run(expression: Expression, whole: Collection) -> Samples:
    metric = expression.metric
    if metric.of_outcomes is not None:
        return metric.of_outcomes(whole.outcomes, expression.cause)
    return whole.of_run()[metric.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFailure:
    """A gate that failed: because of the `value` over all streams, of `absent` streams that lack the metric for the reason
    `why`, or of `broke` streams; `worst` are the worst of these (value, place)."""

    expression: Expression
    value: float | None
    absent: int = 0
    why: str = ""
    worst: tuple[tuple[float, str], ...] = ()
    broke: int = 0


def meets_limits(
    limits: Sequence[Expression], measurement: Measurement, known: Mapping[str, float] | None = None
) -> bool | None:
    """Return whether a stream is complete and meets every limit; None without limits. A missing metric fails its limit. `known` has
    the values, by the text of a limit, that another run computed from samples it did not store."""
    if not limits:
        return None
    values_known = known or {}
    values = [
        values_known.get(limit.text, limit.of_samples(measurement.samples[limit.metric.name])) for limit in limits
    ]
    return measurement.verdict == "complete" and all(
        value is not None and limit.holds(value) for value, limit in zip(values, limits, strict=True)
    )


def _amount(text: str, metric: Metric, stat: str, amount: str) -> float:
    try:
        number, unit = quantity(amount)
    except ValueError:
        expected = DURATIONS if metric.unit == "ns" and stat != "n" else "a number and its unit"
        raise UsageError(f"{text!r}: invalid value {amount!r}: expected {expected}") from None
    if number < 0:
        raise UsageError(f"{text!r}: {amount!r} is negative, and {metric.name} never is")
    if isinf(number):
        raise UsageError(f"{text!r}: {amount!r} is out of range")
    units: Mapping[str, float] = {"": 1} if stat == "n" else _UNITS[metric.unit]
    known = {name.lower(): factor for name, factor in units.items()}
    if unit.lower() not in known:
        if metric.unit == "ns" and not unit and not number:
            return 0.0
        wanted = ", ".join(name or "no unit" for name in units if name.isascii())
        problem = f"unknown unit {unit!r}" if unit else f"{amount!r} has no unit"
        raise UsageError(f"{text!r}: {problem} for {metric.name}; expected one of: {wanted}")
    return number * known[unit.lower()]
