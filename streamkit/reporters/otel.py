"""OpenTelemetry: a line of JSON a metric and stream, under the names of the semantic conventions where they have one.

Values are in the units that the conventions ask for: seconds, `{token}`, `By`. Attributes are those of the GenAI conventions;
what has no name there is under `streamkit.`. Missing values have no line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from streamkit.reporters import Column, Reporter, Row, StatsReport

# Both counts of tokens are one metric of the conventions, told apart by an attribute.
_TOKEN_USAGE = "gen_ai.client.token.usage"
_TOKEN_TYPES = {"input_tokens": "input", "output_tokens": "output"}
_UNITS = {"ns": "s", "tokens": "{token}", "bytes": "By", "tokens/s": "{token}/s", "bytes/s": "By/s", "ratio": "1"}
_STATISTICS = ("min", "mean", "p50", "p90", "p95", "p99", "max")


def stats(report: StatsReport) -> Iterator[str]:
    """A line a metric and stream: `{"name","unit","value" or "distribution","attributes","time"}`."""
    for row in report.streams:
        attributes = _attributes(row)
        for column in report.columns:
            value = row["metrics"].get(column.key)
            if value is not None:
                yield orjson.dumps(_point(column, value, attributes, row)).decode() + "\n"


def _attributes(row: Row) -> dict[str, Any]:
    known = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": row["dialect"] or None,
        "gen_ai.response.model": row["model"],
        "error.type": None if row["verdict"] == "complete" else row["verdict"],
        "streamkit.api": row["api"],
        "streamkit.file": row["file"],
        "streamkit.exchange": row["exchange"],
        **{f"streamkit.label.{name}": value for name, value in row["labels"].items()},
    }
    return {name: value for name, value in known.items() if value is not None}


def _point(column: Column, value: Any, attributes: Mapping[str, Any], row: Row) -> dict[str, Any]:
    scale = 1e-9 if column.unit == "ns" else 1
    more = {"gen_ai.token.type": _TOKEN_TYPES[column.key]} if column.key in _TOKEN_TYPES else {}
    if column.key == "output_tokens" and row["tokens_source"]:
        more["streamkit.tokens.source"] = row["tokens_source"]
    point: dict[str, Any] = {
        "name": _name(column),
        "unit": _UNITS.get(column.unit, "1"),
    }
    if column.many:
        point["count"] = value["n"]
        point["distribution"] = {name: value[name] * scale for name in _STATISTICS}
    else:
        point["value"] = value * scale
    return {**point, "time": row["recorded_at"], "attributes": {**attributes, **more}}


def _name(column: Column) -> str:
    """The name of semantic-conventions-genai (docs/gen-ai/gen-ai-metrics.md), else one of our own."""
    if column.key in _TOKEN_TYPES:
        return _TOKEN_USAGE
    return column.standard or f"streamkit.{column.key.removesuffix('_ns')}"


REPORTER = Reporter(name="otel", stats=stats, content="json")
