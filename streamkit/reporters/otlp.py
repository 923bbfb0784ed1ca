"""OTLP/JSON, one request per line: a span for each stream, then the metrics of the run as exponential histograms.

The lines are those of the OpenTelemetry file exporter (opentelemetry-specification, protocol/file-exporter.md), which the
collector's `otlpjsonfile` receiver reads: one with `resourceSpans` for each stream whose start and duration were measured,
then one with `resourceMetrics`. 64-bit integers are strings and ids are hexadecimal, as OTLP/JSON requires
(opentelemetry-proto 1.x, docs/specification.md, "JSON Protobuf Encoding").
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

import orjson

from streamkit.frozen import dataclass
from streamkit.reporters import Column, Reporter, Row, StatsReport
from streamkit.reporters._otel_names import TOKEN_TYPES, attributes, metric_name, scaled, unit

_SCALE = 6
"""Buckets of base 2^(2^-6): values in one differ by 1.1 % at most (data model, "ExponentialHistogram")."""
_MOST_BUCKETS = 320
"""Maximum number of buckets of a histogram; if the range of its values is too large, the buckets become wider."""
_DELTA = 1
_CLIENT = 3
_ERROR = 2
_EVENTS = {
    "time_to_headers_ns": "headers",
    "time_to_first_byte_ns": "first byte",
    "time_to_first_chunk_ns": "first chunk",
    "time_to_first_token_ns": "first token",
    "time_to_last_token_ns": "last token",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Points:
    """An exponential histogram that values are added to."""

    count: int = 0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    zero: int = 0
    buckets: dict[int, int] = field(default_factory=dict)

    def add(self, value: float, count: int = 1) -> None:
        """Count a value that is not negative, `count` times."""
        self.count += count
        self.total += value * count
        self.low, self.high = min(self.low, value), max(self.high, value)
        if value == 0:
            self.zero += count
        else:
            index = math.ceil(math.log2(value) * 2**_SCALE) - 1
            self.buckets[index] = self.buckets.get(index, 0) + count

    def to_json(self, known: Mapping[str, Any], start: int, end: int) -> dict[str, Any]:
        """Return the data point, with these attributes and times (ns since 1970)."""
        buckets, scale = self.buckets, _SCALE
        while buckets and max(buckets) - min(buckets) >= _MOST_BUCKETS:
            buckets, scale = _halved(buckets), scale - 1
        first = min(buckets, default=0)
        counts = [str(buckets.get(index, 0)) for index in range(first, max(buckets, default=-1) + 1)]
        return {
            "attributes": _attributes(known),
            "startTimeUnixNano": str(start),
            "timeUnixNano": str(end),
            "count": str(self.count),
            "sum": self.total,
            "scale": scale,
            "zeroCount": str(self.zero),
            "positive": {"offset": first, "bucketCounts": counts},
            "min": self.low,
            "max": self.high,
        }


def _halved(buckets: Mapping[int, int]) -> dict[int, int]:
    """Return the same counts in buckets twice as wide: those of the scale below."""
    halved: dict[int, int] = {}
    for index, count in buckets.items():
        halved[index >> 1] = halved.get(index >> 1, 0) + count
    return halved


SeriesKey = tuple[str, tuple[tuple[str, Any], ...]]


@dataclass(slots=True)
class _Metrics:
    """The histograms of a run by metric and attributes, and the time that it covers."""

    columns: dict[str, Column] = field(default_factory=dict)
    points: dict[SeriesKey, _Points] = field(default_factory=dict)
    start: int | None = None
    end: int | None = None

    def see(self, row: Row, columns: Mapping[str, Column]) -> None:
        """Add the metrics of a stream with a single value; those with many values are added from the summary."""
        for column in columns.values():
            value = row["metrics"].get(column.key)
            if isinstance(value, (int, float)) and value >= 0:
                self.of(column, attributes(row)).add(scaled(column, value))
        start = _start(row)
        if start is not None:
            end = start + (row["metrics"].get("operation_duration_ns") or 0)
            self.start = start if self.start is None else min(self.start, start)
            self.end = end if self.end is None else max(self.end, end)

    def of(self, column: Column, known: Mapping[str, Any]) -> _Points:
        """Return the histogram of a metric with these attributes."""
        kind = {"gen_ai.token.type": TOKEN_TYPES[column.key]} if column.key in TOKEN_TYPES else {}
        name = metric_name(column)
        self.columns.setdefault(name, column)
        return self.points.setdefault((name, tuple(sorted({**known, **kind}.items()))), _Points())

    def to_json(self) -> list[dict[str, Any]]:
        """Return the metrics, those of the conventions and others, each with its data points."""
        start, end = self.start or 0, self.end or 0
        made = []
        for name, column in self.columns.items():
            points = [
                points.to_json(dict(known), start, end) for (own, known), points in self.points.items() if own == name
            ]
            histogram = {"aggregationTemporality": _DELTA, "dataPoints": points}
            made.append(
                {
                    "name": name,
                    "description": column.title,
                    "unit": unit(column),
                    "exponentialHistogram": histogram,
                }
            )
        return made


def stats(report: StatsReport) -> Iterator[str]:
    """Yield a line for each stream's span, and one for the metrics, which need the whole run."""
    metrics = _Metrics()
    columns = {column.key: column for column in report.columns}
    for row in report.streams:
        metrics.see(row, columns)
        span = _span(row)
        if span is not None:
            yield _line(
                {"resourceSpans": [{"resource": _RESOURCE, "scopeSpans": [{"scope": _SCOPE, "spans": [span]}]}]}
            )
    _see_distributions(metrics, report, columns)
    if metrics.points:
        scoped = {"scope": _SCOPE, "metrics": metrics.to_json()}
        yield _line({"resourceMetrics": [{"resource": _RESOURCE, "scopeMetrics": [scoped]}]})


def _see_distributions(metrics: _Metrics, report: StatsReport, columns: Mapping[str, Column]) -> None:
    """Return the metrics with many values per stream, for the whole run. Values are rounded to the buckets of the statistics,
    which are half a percent wide."""
    histograms = report.groups()[0].get("histograms", {})
    for key, kept in histograms.items():
        column = columns.get(key)
        if column is None or not column.many or not kept["count"]:
            continue
        points = metrics.of(column, {})
        base = (1 + kept["alpha"]) / (1 - kept["alpha"])
        if kept["zero"]:
            points.add(0, kept["zero"])
        for index, count in kept["buckets"].items():
            points.add(scaled(column, 2 * base ** int(index) / (base + 1)), count)
        points.low, points.high = scaled(column, kept["min"]), scaled(column, kept["max"])
        points.total = scaled(column, kept["sum"])


def _span(row: Row) -> dict[str, Any] | None:
    """Return the span of a stream, from its request to its end; None if either was not measured."""
    start, duration = _start(row), row["metrics"].get("operation_duration_ns")
    if start is None or duration is None:
        return None
    known = attributes(row)
    digest = hashlib.sha256(f"{row['file']}\0{row['exchange']}\0{row['recorded_at']}".encode("utf-8", "surrogatepass"))
    counts = {f"gen_ai.usage.{name}": row["metrics"].get(name) for name in TOKEN_TYPES}
    first_chunk = row["metrics"].get("time_to_first_chunk_ns")
    more = {
        **{name: count for name, count in counts.items() if count is not None},
        **({} if first_chunk is None else {"gen_ai.response.time_to_first_chunk": first_chunk / 1e9}),
        "streamkit.api": row["api"],
        "streamkit.file": row["file"],
        "streamkit.exchange": row["exchange"],
        **{f"streamkit.label.{name}": value for name, value in row["labels"].items()},
    }
    events = [
        {"timeUnixNano": str(start + row["metrics"][key]), "name": name}
        for key, name in _EVENTS.items()
        if row["metrics"].get(key) is not None
    ]
    failed = row["verdict"] != "complete"
    return {
        "traceId": digest.hexdigest()[:32],
        "spanId": digest.hexdigest()[32:48],
        "name": " ".join(filter(None, [known.get("gen_ai.operation.name"), row["model"]])) or "stream",
        "kind": _CLIENT,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + duration),
        "attributes": _attributes({**known, **more}),
        "events": events,
        "status": {"code": _ERROR, "message": row["verdict"]} if failed else {},
    }


def _start(row: Row) -> int | None:
    """When the exchange began, in ns since 1970; None if that was not recorded."""
    if not row["recorded_at"]:
        return None
    try:
        passed = datetime.fromisoformat(row["recorded_at"]) - _EPOCH
    except (ValueError, TypeError):
        return None
    return (passed.days * 86_400 + passed.seconds) * 10**9 + passed.microseconds * 1000


def _attributes(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": _value(value)} for name, value in known.items()]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    return {"doubleValue": value} if isinstance(value, float) else {"stringValue": _text(str(value))}


def _text(text: str) -> str:
    """Return text without lone surrogates, which UTF-8 cannot encode."""
    return text.encode("utf-8", "backslashreplace").decode()


def _line(request: Mapping[str, Any]) -> str:
    return orjson.dumps(request).decode() + "\n"


_RESOURCE = {"attributes": _attributes({"service.name": "streamkit"})}
_SCOPE = {"name": "streamkit"}

REPORTER = Reporter(name="otlp", stats=stats, content="json")
