"""Measurements of many streams: one row each, and pools of samples for all of them or for a group."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, overload

from streamkit.metrics._metric import Metric, StreamSpan
from streamkit.metrics._outcome import COMPLETE, Outcomes, share_interval
from streamkit.model.histogram import EXACT_SAMPLES, Histogram, SamplePool
from streamkit.model.intervals import mean_interval_95
from streamkit.model.measurement import ChoiceTimes, Measurement, Samples, Summary

_DURATION = "operation_duration"
_TOKENS = "output_tokens"
_ABSENT = -1


class Spans(Sequence[StreamSpan]):
    """Spans in columns, which take a few bytes per stream."""

    def __init__(self) -> None:
        self._starts, self._ends, self._tokens = array("q"), array("q"), array("q")
        self._good, self._verdicts = array("b"), array("b")
        self._words: list[str] = []

    def append(self, span: StreamSpan) -> None:
        """Add one span."""
        if span.verdict not in self._words:
            self._words.append(span.verdict)
        self._starts.append(span.start)
        self._ends.append(span.end)
        self._tokens.append(_ABSENT if span.tokens is None else span.tokens)
        self._good.append(_ABSENT if span.good is None else span.good)
        self._verdicts.append(self._words.index(span.verdict))

    def extend(self, other: Spans) -> None:
        """Add the spans of another part of the run."""
        for word in other._words:
            if word not in self._words:
                self._words.append(word)
        numbers = [self._words.index(word) for word in other._words]
        self._starts.extend(other._starts)
        self._ends.extend(other._ends)
        self._tokens.extend(other._tokens)
        self._good.extend(other._good)
        self._verdicts.extend(numbers[verdict] for verdict in other._verdicts)

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> StreamSpan: ...
    @overload
    def __getitem__(self, index: slice) -> list[StreamSpan]: ...
    def __getitem__(self, index: int | slice) -> StreamSpan | list[StreamSpan]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        tokens, good = self._tokens[index], self._good[index]
        return StreamSpan(
            self._starts[index],
            self._ends[index],
            None if tokens == _ABSENT else tokens,
            self._words[self._verdicts[index]],
            None if good == _ABSENT else bool(good),
        )

    def __iter__(self) -> Iterator[StreamSpan]:
        return map(self.__getitem__, range(len(self)))


class Collection:
    """All samples of some streams by metric. Memory grows with the number of samples up to the limit of the pools.

    The pools hold the samples of complete streams: a refusal is quick and a truncated stream is short, and neither shows how
    long an answer takes. Other streams are counted by outcome; with `include_failed` they are in the pools, too.
    """

    def __init__(self, metrics: Sequence[Metric], exact: int = EXACT_SAMPLES, *, include_failed: bool = False) -> None:
        self.metrics = [entry for entry in metrics if not entry.whole_run]
        self.run_metrics = [entry for entry in metrics if entry.whole_run]
        self.include_failed = include_failed
        self.pools = {entry.name: SamplePool(exact) for entry in self.metrics}
        self.missing: dict[str, Counter[str]] = {entry.name: Counter() for entry in self.metrics}
        self.verdicts: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.spans = Spans()
        self.outcomes = Outcomes()
        self.count = 0
        self.measured = 0

    def add(self, measurement: Measurement, good: bool | None = None) -> None:
        """Add one stream. `good` is whether it met every limit of the run, None if there are none."""
        self.count += 1
        self.verdicts[measurement.verdict] += 1
        self.place(measurement, good)
        taken = self.takes(measurement)
        self.measured += taken
        for entry in self.metrics:
            samples = measurement.samples[entry.name]
            if samples.missing:
                self.missing[entry.name][samples.missing] += 1
            elif taken:
                self.pools[entry.name].extend(samples.values)
        tokens = measurement.samples.get(_TOKENS)
        if tokens is not None and tokens.source:
            self.sources[tokens.source] += 1

    def takes(self, measurement: Measurement) -> bool:
        """Return whether the samples of this stream belong to the pools."""
        return self.include_failed or measurement.outcome == COMPLETE

    def place(self, measurement: Measurement, good: bool | None = None) -> None:
        """Count the outcome of a request and the span of its stream; its samples are not added."""
        self.outcomes.add(measurement.outcome, good)
        span = wall_clock_span(measurement, good)
        if span is not None:
            self.spans.append(span)

    def merge(self, summary: Mapping[str, Any]) -> None:
        """Add a summary of another machine, in the format of `to_json`. Raises ValueError if it is not valid."""
        try:
            self._check_kind(summary)
            self.count += int(summary["streams"])
            self.measured += int(summary.get("measured", summary["streams"]))
            self.verdicts.update({str(word): int(count) for word, count in summary["verdicts"].items()})
            self.sources.update({str(word): int(count) for word, count in summary.get("token_sources", {}).items()})
            for entry in self.metrics:
                self.missing[entry.name].update(summary["missing"].get(entry.key, {}))
                histogram = summary["histograms"].get(entry.key)
                if histogram is not None:
                    self.pools[entry.name].merge(Histogram.from_json(histogram))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no summary of stats --format json: {error!r}") from error

    def _check_kind(self, summary: Mapping[str, Any]) -> None:
        """Raise ValueError if the distributions of this summary include other kinds of streams than this collection does."""
        verdicts = summary["verdicts"]
        all_complete = set(verdicts) <= {COMPLETE}
        included = str(summary.get("over", "complete" if all_complete else "all"))
        if not all_complete and (included == "all") != self.include_failed:
            wanted = "with" if self.include_failed else "without"
            raise ValueError(f"its distributions are over {included} streams; make it {wanted} --include failed")

    def of_run(self) -> dict[str, Samples]:
        """Return the metrics of the whole run; those that need a wall clock use the streams that have one."""
        return {entry.name: self._of_run(entry) for entry in self.run_metrics}

    def _of_run(self, entry: Metric) -> Samples:
        if entry.of_outcomes is not None:
            return entry.of_outcomes(self.outcomes, "")
        assert entry.of_run is not None
        return entry.of_run(self.spans)

    def percentiles(self, ranks: Sequence[float]) -> dict[str, dict[str, float]]:
        """Return further percentiles of each metric: `{key: {"p75": …}}`."""
        return {
            entry.key: {f"p{rank:g}": json_number(pool.percentile(rank), entry.unit) for rank in ranks}
            for entry in self.metrics
            if len(pool := self.pools[entry.name])
        }

    def to_json(self, *, histograms: bool = True) -> dict[str, Any]:
        """Return the summary for JSON: one distribution per metric, and the histograms that another run can merge."""
        run = self.of_run()
        pools = {entry.key: pool for entry in self.metrics if len(pool := self.pools[entry.name]) and histograms}
        # First of all, because summaries are faster with them.
        all_histograms = {key: pool.histogram().to_json() for key, pool in pools.items()}
        return {
            "streams": self.count,
            "verdicts": dict(sorted(self.verdicts.items())),
            "outcomes": dict(sorted(self.outcomes.counts.items())),
            "success": self._success(),
            "over": "all" if self.include_failed else "complete",
            "measured": self.measured,
            "on_the_clock": len(self.spans),
            "token_sources": dict(sorted(self.sources.items())),
            "metrics": {entry.key: _pooled(self.pools[entry.name], entry) for entry in self.metrics},
            "missing": {entry.key: dict(found) for entry in self.metrics if (found := self.missing[entry.name])},
            "run": {
                entry.key: json_number(run[entry.name].values[0]) if run[entry.name].values else None
                for entry in self.run_metrics
            },
            "run_missing": {
                entry.key: run[entry.name].missing for entry in self.run_metrics if run[entry.name].missing
            },
            "exact": all(pool.exact for pool in self.pools.values()),
            "histograms": all_histograms,
        }

    def _success(self) -> dict[str, Any]:
        """Return how many requests succeeded and failed, and the share of the former with its 95 % interval."""
        complete, judged = self.outcomes.complete, self.outcomes.judged
        interval = share_interval(complete, judged)
        return {
            "complete": complete,
            "failed": self.outcomes.failed,
            "share": round(complete / judged, 6) if judged else None,
            "interval_95": None if interval is None else [round(bound, 6) for bound in interval],
        }


def row_of(measurement: Measurement, metrics: Sequence[Metric]) -> dict[str, Any]:
    """Return one stream as in the JSON output: scalars as numbers, distributions as objects, missing values null with their reason."""
    values: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for entry in metrics:
        samples = measurement.samples.get(entry.name)
        if samples is None:
            continue
        if samples.missing:
            values[entry.key] = None
            missing[entry.key] = samples.missing
        elif entry.many:
            values[entry.key] = distribution(Summary.of(samples.values), entry.unit)
        else:
            values[entry.key] = json_number(samples.values[0], entry.unit)
    tokens = measurement.samples.get(_TOKENS)
    return {
        "file": measurement.file,
        "exchange": measurement.exchange,
        "api": measurement.api,
        "dialect": measurement.dialect or None,
        "model": measurement.model,
        "verdict": measurement.verdict,
        "outcome": measurement.outcome,
        "recorded_at": measurement.recorded_at,
        "clock": measurement.clock,
        "labels": measurement.labels,
        "metrics": values,
        "missing": missing,
        "tokens_source": tokens.source or None if tokens is not None else None,
        "stalls": [{"event": event, "at_ns": at, "gap_ns": gap} for event, at, gap in measurement.stalls],
        "choices": [_choice(choice) for choice in measurement.choices],
        "notes": list(measurement.notes),
    }


def _choice(choice: ChoiceTimes) -> dict[str, Any]:
    return {
        "choice": choice.number,
        "content_chunks": choice.chunks,
        "time_to_first_token_ns": choice.first,
        "time_to_last_token_ns": choice.last,
        "inter_chunk_gap_ns": distribution(Summary.of(choice.gaps), "ns"),
    }


def measurement_of(row: Mapping[str, Any], metrics: Sequence[Metric]) -> Measurement:
    """Return a stream measured by another run, from its JSON row. Its distributions are in the histograms of that run, and are
    neither values nor missing here. Raises ValueError for an invalid row."""
    samples: dict[str, Samples] = {}
    try:
        for entry in metrics:
            value, why = row["metrics"].get(entry.key), row["missing"].get(entry.key)
            source = str(row.get("tokens_source") or "") if entry.name == _TOKENS else ""
            if value is None:
                samples[entry.name] = Samples(missing=why or "not-measured")
            else:
                samples[entry.name] = Samples() if entry.many else Samples((float(value),), source=source)
        return Measurement(
            file=str(row["file"]),
            exchange=int(row["exchange"]),
            api=str(row["api"]),
            dialect=str(row["dialect"] or ""),
            model=row["model"],
            verdict=str(row["verdict"]),
            samples=samples,
            labels=dict(row.get("labels") or {}),
            notes=tuple(row.get("notes") or ()),
            recorded_at=row.get("recorded_at"),
            units={entry.name: entry.unit for entry in metrics},
            outcome=str(row.get("outcome") or row["verdict"]),
            clock=row.get("clock"),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"no row of stats --format json: {error!r}") from error


def distribution(summary: Summary | None, unit: str = "1") -> dict[str, Any] | None:
    """Return a distribution for JSON: `{"n","min","mean","p50","p90","p95","p99","max"}`; None if there is none."""
    if summary is None:
        return None
    return {name: json_number(getattr(summary, name), unit) for name in Summary.__slots__}


def _pooled(pool: SamplePool, entry: Metric) -> dict[str, Any] | None:
    """Return the distribution of a pool, with `std`, and with the interval of the mean if each sample is from a different
    stream: gaps of one stream depend on each other, so their number does not show how well their mean is known."""
    summary, deviation = pool.summary(), pool.deviation()
    numbers = distribution(summary, entry.unit)
    if summary is None or numbers is None:
        return None
    numbers["std"] = None if deviation is None else json_number(deviation, entry.unit)
    numbers["mean_interval_95"] = None
    if deviation is not None and not entry.many:
        bounds = mean_interval_95(summary.mean, deviation, summary.n)
        numbers["mean_interval_95"] = [json_number(bound, entry.unit) for bound in bounds]
    return numbers


def json_number(value: float, unit: str = "1") -> float:
    """Return a number for JSON: nanoseconds and whole numbers are integers, others have six decimals."""
    return round(value) if unit == "ns" or value == int(value) else round(value, 6)


def wall_clock_span(measurement: Measurement, good: bool | None = None) -> StreamSpan | None:
    """Return the span of one stream on the wall clock, or None if it is not known."""
    duration, tokens = measurement.samples.get(_DURATION), measurement.samples.get(_TOKENS)
    if duration is None or not duration.values:
        return None
    count = tokens.values[0] if tokens is not None and tokens.values else None
    return span_of(measurement.recorded_at, duration.values[0], count, measurement.verdict, good)


def span_of(
    recorded_at: str | None, duration: float, tokens: float | None, verdict: str, good: bool | None = None
) -> StreamSpan | None:
    """Return the span of a stream of this duration (ns) on the wall clock, or None if the time of its start is not known."""
    began = _nanoseconds(recorded_at)
    if began is None:
        return None
    return StreamSpan(began, began + round(duration), None if tokens is None else int(tokens), verdict, good)


def _nanoseconds(recorded_at: str | None) -> int | None:
    """Return nanoseconds since 1970 of an RFC 3339 time, or None if it is invalid."""
    try:
        began = datetime.fromisoformat(recorded_at or "")
    except ValueError:
        return None
    if began.tzinfo is None:
        began = began.replace(tzinfo=UTC)
    # In whole microseconds: nanoseconds since 1970 as a float are exact only to some hundreds.
    found = (began - _EPOCH) // _MICROSECOND * 1000
    return found if abs(found) < _MOST_NS else None


# Years from 1824 to 2116: such a time plus a duration fits into 64 bits.
_MOST_NS = 2**62
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
