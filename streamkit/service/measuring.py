"""Measure many streams: each yields a row, and is added to the total, to its group and to the gates.

run = Run(Wanted(metrics=["ttft"], by="model"))
rows = list(run.rows(streams))
summary, *groups = run.summaries()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.metrics import (
    METRICS,
    Collection,
    CollectionPart,
    Expression,
    Gate,
    Metric,
    Timeline,
    in_order,
    measure,
    meets_limits,
    metric_named,
    parse_expression,
    row_of,
)
from streamkit.model.measurement import Measurement, Summary, TokenCounter
from streamkit.model.message import ERROR, FINISH, REASONING, ROLE, TEXT, TOOL, USAGE
from streamkit.model.stream import Stream
from streamkit.reporters import Column, Mark, Row
from streamkit.service.merging import read_run, tool_measurements
from streamkit.service.pricing import COUNTS, Bill, Prices

Counters = Callable[[str | None], TokenCounter | None]


def counters(tokenizer: str | None, vocabulary: str | None) -> Counters:
    """Return a function from model to token counter: none, the named one (`auto`: the model's own), or that of a file.

    Raises UnknownEntry, UnreadableInput, UsageError.
    """
    if vocabulary:
        from streamkit.tokenizers import from_file

        counter = from_file(vocabulary)
        return lambda model: counter
    if tokenizer:
        from streamkit.tokenizers import Automatic, counter_named

        if tokenizer == "auto":
            return Automatic().of
        counter = counter_named(tokenizer)
        return lambda model: counter
    return lambda model: None


_KINDS = (
    (ERROR, "error"),
    (TOOL, "tool"),
    (TEXT, "text"),
    (REASONING, "reasoning"),
    (FINISH, "finish"),
    (USAGE, "usage"),
    (ROLE, "role"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a run measures: metrics by name (none: all, or those that a table shows), grouping, gates, limits, additional
    percentiles, whether to include histograms and failed streams, and prices."""

    metrics: Sequence[str] = ()
    in_table: bool = False
    histograms: bool = True
    by: str | None = None
    gates: Sequence[str] = ()
    limits: Sequence[str] = ()
    percentiles: Sequence[float] = ()
    include_failed: bool = False
    prices: Prices | None = None


@dataclass(slots=True)
class Run:
    """One run: `rows` reads every stream once and `merge` adds those of other runs; after that, the summaries are complete."""

    wanted: Wanted
    counter: Counters = lambda _: None
    keep: Callable[[Stream, Row], None] = lambda stream, row: None
    shown: list[Metric] = field(init=False)
    whole: Collection = field(init=False)
    groups: dict[str, tuple[dict[str, str], Collection]] = field(init=False, default_factory=dict)
    gates: list[Gate] = field(init=False)
    limits: list[Expression] = field(init=False)
    marks: list[Mark] = field(init=False, default_factory=list)
    bill: Bill = field(init=False, default_factory=Bill)

    def __post_init__(self) -> None:
        self.bill.currency = self.wanted.prices.currency if self.wanted.prices else ""
        every = (entry for entry in METRICS.values() if not self.wanted.in_table or entry.shown != "requested")
        self.shown = [metric_named(name) for name in self.wanted.metrics] or in_order(every)
        self.gates = [Gate(parse_expression(text)) for text in self.wanted.gates]
        self.limits = [parse_expression(text) for text in self.wanted.limits]
        for limit in self.limits:
            if limit.metric.whole_run:
                raise UsageError(f"--slo {limit.text!r}: expected a metric of streams, not of a run")
        if self.wanted.by:
            group_of(self.wanted.by, None)
        self.whole = self._collection()

    def _collection(self) -> Collection:
        return Collection(self._measured(), include_failed=self.wanted.include_failed)

    def _measured(self) -> list[Metric]:
        """Return the metrics that are shown, and those that gates, limits and run metrics are computed from."""
        limiting = [gate.expression.metric for gate in self.gates] + [limit.metric for limit in self.limits]
        base = [METRICS["operation_duration"], METRICS["output_tokens"]]
        base += [METRICS[name] for name in COUNTS if self.wanted.prices]
        run = [entry for entry in METRICS.values() if entry.whole_run]
        return list({entry.name: entry for entry in [*self.shown, *limiting, *base, *run]}.values())

    def rows(self, streams: Iterable[Stream]) -> Iterator[Row]:
        """Yield a row per stream; streams are measured lazily."""
        shown = [entry for entry in self.shown if entry.of_stream is not None]
        for stream in streams:
            measurement = measure(stream, self.whole.metrics, self.counter(stream.model)).ordered()
            self._note_marks(stream)
            self._add(measurement)
            row = {**row_of(measurement, shown), **self._cost(measurement)}
            self.keep(stream, row)
            # Free this stream before the next one is decoded, to reuse its memory.
            del stream
            yield row

    def _cost(self, measurement: Measurement) -> dict[str, Any]:
        """Return the cost of a stream as its row has it, also added to the bill; nothing without prices. What failed was paid too."""
        if self.wanted.prices is None:
            return {}
        samples = {name: measurement.samples[name].values for name in COUNTS}
        counts = {name: values[0] for name, values in samples.items() if values}
        cost, why = self.wanted.prices.cost(measurement.model, counts)
        self.bill.add(cost, why)
        return {"cost": None if cost is None else round(cost, 9)} | ({"cost_missing": why} if why else {})

    def _add(self, measurement: Measurement) -> None:
        good = meets_limits(self.limits, measurement)
        self.whole.add(measurement, good)
        for gate in self.gates:
            gate.see(measurement, taken=self.whole.takes(measurement))
        if self.wanted.by:
            group = group_of(self.wanted.by, measurement)
            self.group(group).add(measurement, good)

    def group(self, group: dict[str, str]) -> Collection:
        """Return the streams of a group, which is new if it has none yet."""
        key = "\0".join(group.values())
        if key not in self.groups:
            self.groups[key] = group, self._collection()
        return self.groups[key][1]

    def merge(self, path: str) -> list[Row]:
        """Add the streams of another run, from a file written by `stats --format json`, and return their rows.

        A file of a benchmark tool's results is merged too. Raises UnreadableInput, in which case none is added.
        """
        if (measurements := tool_measurements(path)) is not None:
            for measurement in measurements:
                self._add(measurement)
            shown = [entry for entry in self.shown if entry.of_stream is not None]
            return [{**row_of(measurement, shown), **self._cost(measurement)} for measurement in measurements]
        run = read_run(path, self.whole, self.limits, self.wanted.by)
        self.whole.merge(run.summary)
        for group, summary in run.groups:
            self.group(group).merge(summary)
        for measurement, good in zip(run.measured, run.good, strict=True):
            self.whole.place(measurement, good)
            if self.wanted.by:
                self.group(group_of(self.wanted.by, measurement)).place(measurement, good)
            for gate in self.gates:
                gate.see(measurement, taken=self.whole.takes(measurement))
        costs = map(self._cost, run.measured)
        return [{**row, **cost} for row, cost in zip(run.rows, costs, strict=True)]

    def merge_measured(self, measurement: Measurement, kept: Mapping[str, Any]) -> Row:
        """Add a stream that was measured before, and return its row; `kept` replaces parts of the row."""
        cost = self.add_measured(measurement)
        shown = [entry for entry in self.shown if entry.of_stream is not None]
        return {**row_of(measurement, shown), **kept, **cost}

    def add_measured(self, measurement: Measurement) -> dict[str, Any]:
        """Add a stream that was measured before, and return its cost as a row has it."""
        if self.whole.count:
            self.marks.clear()
        self._add(measurement)
        return self._cost(measurement)

    @property
    def adds_up(self) -> bool:
        """Whether streams may be added together, because no gate, limit or price is applied to each."""
        return not (self.gates or self.limits or self.wanted.prices)

    def add_part(self, part: CollectionPart, groups: Iterable[tuple[dict[str, str], CollectionPart]] = ()) -> None:
        """Add streams together, which are those of the groups."""
        if self.whole.count:
            self.marks.clear()
        part.add_to(self.whole)
        for by, of_group in groups:
            of_group.add_to(self.group(by))

    def _note_marks(self, stream: Stream) -> None:
        """Keep the chunks of the first stream for a plot, unless there is a second stream."""
        if self.whole.count:
            self.marks.clear()
        elif stream.exchange.timed:
            timeline = Timeline(stream)
            stalls = {chunk for chunk, _ in timeline.stalls}
            self.marks.extend(
                Mark(at, next((word for bit, word in _KINDS if flag & bit), "other"), chunk in stalls)
                for chunk, (at, flag) in enumerate(zip(timeline.chunk_times, stream.flags, strict=True))
                if at is not None
            )

    def summaries(self) -> list[dict[str, Any]]:
        """Return the summary of all streams (with an empty `by`), then those of the groups, the largest first."""
        ordered = sorted(self.groups.values(), key=lambda group: -group[1].count)
        whole = self._summary({}, self.whole)
        if self.wanted.prices:
            whole["cost"] = self.bill.to_json()
        return [whole, *(self._summary(by, group) for by, group in ordered)]

    def _summary(self, by: Mapping[str, str], collection: Collection) -> dict[str, Any]:
        summary: dict[str, Any] = {"by": dict(by), **collection.to_json(histograms=self.wanted.histograms)}
        if self.wanted.percentiles:
            summary["percentiles"] = collection.percentiles(self.wanted.percentiles)
        return summary

    def columns(self, *, of_run: bool = False) -> list[Column]:
        """Return the metrics that are shown, in the form that reporters take."""
        entries = [entry for entry in self.shown if entry.whole_run == of_run]
        return [
            Column(
                key=m.key,
                head=m.head,
                title=m.title,
                unit=m.unit,
                many=m.many,
                shown=m.shown,
                manual=m.manual,
                standard=m.standard,
            )
            for m in entries
        ]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The measurements of a run: one row per stream, the `summary` of all, and one of each group, the largest first.

    Rows and summaries have the keys of `stats --format json`.
    """

    rows: Sequence[Row]
    summary: Mapping[str, Any]
    groups: Sequence[Mapping[str, Any]] = ()

    def __repr__(self) -> str:
        return f"<Statistics: {len(self.rows):,} stream{'' if len(self.rows) == 1 else 's'}>"

    def to_records(self) -> list[dict[str, Any]]:
        """Return one flat record per stream, for example for pandas: distributions as `inter_chunk_gap_ns.p50` etc."""
        return [_flat(row) for row in self.rows]


def stats(
    streams: Iterable[Stream], *, metrics: Sequence[str] = (), by: str | None = None, slo: Sequence[str] = ()
) -> Statistics:
    """Measure streams, each and all together.

    `metrics` are names or aliases (default: all), `by` groups (`model`, `provider`, `file`, `label:NAME`), `slo` are the
    limits of goodput (`ttft <= 500ms`). Raises UnknownEntry, UsageError.
    """
    run = Run(Wanted(metrics=metrics, by=by, limits=slo))
    rows = list(run.rows(streams))
    summary, *groups = run.summaries()
    return Statistics(rows, summary, groups)


def _flat(row: Row) -> dict[str, Any]:
    record = {name: row[name] for name in ("file", "exchange", "api", "dialect", "model", "verdict", "recorded_at")}
    for key, value in row["metrics"].items():
        if isinstance(value, dict):
            record |= {f"{key}.{stat}": number for stat, number in value.items()}
        else:
            record[key] = value
    return record


def sorted_rows(rows: Iterator[Row], by: str, *, reverse: bool) -> list[Row]:
    """Return rows sorted by a metric or a statistic of one (`ttft`, `gap.p99`); rows without it come last. Raises UsageError."""
    name, _, stat = by.rpartition(".") if by.count(".") == 1 else (by, "", "")
    metric = metric_named(name)
    if stat and stat not in Summary.__slots__:
        raise UsageError(f"--sort {by}: unknown statistic {stat!r}; expected one of: {', '.join(Summary.__slots__)}")
    if metric.of_stream is None or metric.many != bool(stat):
        raise UsageError(
            f"--sort {by}: expected {name}.p50 for a metric of many values, {name} for one of a single value"
        )

    def key(row: Row) -> float | None:
        value = row["metrics"].get(metric.key)
        return value.get(stat) if isinstance(value, dict) else value

    all_rows = list(rows)
    known = sorted((row for row in all_rows if key(row) is not None), key=lambda row: key(row) or 0, reverse=reverse)
    return [*known, *(row for row in all_rows if key(row) is None)]


def group_of(by: str, measurement: Measurement | None) -> dict[str, str]:
    """Return the group of a stream: by `model`, `provider`, `file`, `label` (all of them) or `label:NAME`. Raises UsageError."""
    field_name, _, name = by.partition(":")
    if field_name not in ("model", "provider", "file", "label") or (name and field_name != "label"):
        raise UsageError(f"invalid --by {by!r}: expected model, provider, file, label or label:NAME")
    if measurement is None:
        return {}
    if field_name == "label":
        labels = measurement.labels
        value = labels.get(name) if name else ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
        return {by: value or "-"}
    values = {"model": measurement.model, "provider": measurement.dialect, "file": measurement.file}
    return {field_name: values[field_name] or "-"}
