"""OpenTelemetry: one JSON line per metric and stream, with the names of the semantic conventions if they exist.

Values are in the units that the conventions require: seconds, `{token}`, `By`. Attributes are those of the GenAI conventions;
those without a name there begin with `streamkit.`. Missing values have no line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streamkit.reporters import Column, Reporter, Row, StatsReport
from streamkit.reporters._otel_names import TOKEN_TYPES, attributes, metric_name, scaled, unit
from streamkit.reporters._strict_json import dumps_fast

_STATISTICS = ("min", "mean", "p50", "p90", "p95", "p99", "max")


def stats(report: StatsReport) -> Iterator[str]:
    """Yield one line per metric and stream: `{"name","unit","value" or "distribution","attributes","time"}`."""
    for row in report.streams:
        attributes = _attributes(row)
        for column in report.columns:
            value = row["metrics"].get(column.key)
            if value is not None:
                yield dumps_fast(_point(column, value, attributes, row)) + "\n"


def _attributes(row: Row) -> dict[str, Any]:
    return {
        **attributes(row),
        "streamkit.api": row["api"],
        "streamkit.file": row["file"],
        "streamkit.exchange": row["exchange"],
        **{f"streamkit.label.{name}": value for name, value in row["labels"].items()},
    }


def _point(column: Column, value: Any, attributes: Mapping[str, Any], row: Row) -> dict[str, Any]:
    more = {"gen_ai.token.type": TOKEN_TYPES[column.key]} if column.key in TOKEN_TYPES else {}
    if column.key == "output_tokens" and row["tokens_source"]:
        more["streamkit.tokens.source"] = row["tokens_source"]
    point: dict[str, Any] = {
        "name": metric_name(column),
        "unit": unit(column),
    }
    if column.many:
        point["count"] = value["n"]
        point["distribution"] = {name: scaled(column, value[name]) for name in _STATISTICS}
    else:
        point["value"] = scaled(column, value)
    return {**point, "time": row["recorded_at"], "attributes": {**attributes, **more}}


REPORTER = Reporter(name="otel", stats=stats, content="json")
