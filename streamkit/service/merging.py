"""Read back the output of `stats --format json`, to merge streams measured on other machines into this run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from streamkit.errors import UnreadableInput
from streamkit.metrics import METRICS, Collection, Expression, measurement_of, meets_limits, row_of
from streamkit.model.measurement import Measurement, Samples
from streamkit.model.recording import START
from streamkit.reporters import Row
from streamkit.results import RESULTS, RequestResult, ToolResult

# The beginning of a file of `stats --format json`, even if another program has reformatted it.
_HEAD = re.compile(rb'\s*\{\s*"version"\s*:\s*\d+\s*,\s*"streams"\s*:\s*\[')
_HEAD_BYTES = 512
_DATABASE = b"SQLite format 3\0"


class EarlierRun(NamedTuple):
    """The output of an earlier run: its streams as rows and as measurements, whether each met the limits of this run, and
    the summaries of all streams and of each group."""

    rows: list[Row]
    measured: list[Measurement]
    good: list[bool | None]
    summary: Mapping[str, Any]
    groups: list[tuple[dict[str, str], Mapping[str, Any]]]


def run_files(paths: Sequence[str]) -> Iterator[str]:
    """Yield the files among these inputs (including folders and patterns) that were written by `stats --format json`, or are
    results of a benchmark tool."""
    from streamkit.formats import find

    for found in find([path for path in paths if path != "-"]):
        head = _head(found.path)
        if _HEAD.match(head) or head.startswith(_DATABASE) or _tool_of(head) is not None:
            yield found.path


def _head(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError:
        return b""  # reported when it is read


def is_database(path: str) -> bool:
    """Return whether a file is an SQLite database, as `stats --format sqlite` writes."""
    return _head(path).startswith(_DATABASE)


def _tool_of(head: bytes) -> ToolResult | None:
    """Return the tool whose results begin so. Most inputs are recordings, for which no importer needs to be loaded."""
    if head.startswith(START) or not head.lstrip().startswith((b"{", b"[")):
        return None
    return next((entry for entry in RESULTS.values() if entry.recognises(head)), None)


def tool_measurements(path: str) -> list[Measurement] | None:
    """Return the requests that a benchmark tool reported, or None if the file is none of its results. Raises UnreadableInput."""
    tool = _tool_of(_head(path))
    if tool is None:
        return None
    try:
        result = tool.reads(_document(Path(path).read_bytes()))
    except (OSError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableInput(path, f"not results of {tool.tool} that can be read: {error!r}") from error
    return [_measured(path, number, request, tool) for number, request in enumerate(result.requests, 1)]


def _document(data: bytes) -> list[Any]:
    """Return one JSON value, or one per line."""
    try:
        return [orjson.loads(data)]
    except orjson.JSONDecodeError:
        return [orjson.loads(line) for line in data.splitlines() if line.strip()]


def _measured(path: str, number: int, request: RequestResult, tool: ToolResult) -> Measurement:
    samples = {name: Samples(missing="not-in-result") for name, entry in METRICS.items() if not entry.whole_run}
    samples |= {
        name: Samples(tuple(values), source=tool.tool if name == "output_tokens" else "")
        for name, values in request.samples.items()
    }
    return Measurement(
        file=path,
        exchange=number,
        api="unknown",
        dialect="",
        model=request.model,
        verdict=request.outcome if request.outcome in ("complete", "error", "truncated") else "truncated",
        samples=samples,
        notes=request.notes,
        recorded_at=request.recorded_at,
        units={name: entry.unit for name, entry in METRICS.items()},
        outcome=request.outcome,
    )


def rows_of(path: str) -> list[Row]:
    """Return the rows of such a file, one per stream. Raises UnreadableInput."""
    measurements = tool_measurements(path)
    if measurements is not None:
        entries = [entry for entry in METRICS.values() if not entry.whole_run]
        return [row_of(measurement, entries) for measurement in measurements]
    try:
        rows = list(orjson.loads(Path(path).read_bytes())["streams"])
        for row in rows:
            measurement_of(row, ())
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UnreadableInput(path, f"not output of stats --format json: {error}") from error
    return rows


def read_run(path: str, collection: Collection, limits: Sequence[Expression], by: str | None) -> EarlierRun:
    """Read the output of an earlier run. It is validated as a whole, so that a damaged file is never partly merged.

    `collection` is what it will be merged into, `by` the grouping of this run. Raises UnreadableInput.
    """
    try:
        document = orjson.loads(Path(path).read_bytes())
        summary, rows = document["summary"], list(document["streams"])
        measured = [measurement_of(row, collection.metrics) for row in rows]
        groups = _groups(path, summary, by) if by else []
        for summary_ in (summary, *(summary_ for _, summary_ in groups)):
            Collection(collection.metrics, include_failed=collection.include_failed).merge(summary_)
        good = [_kept(path, row, one, limits) for row, one in zip(rows, measured, strict=True)]
    except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableInput(path, f"not output of stats --format json: {error}") from error
    return EarlierRun(rows, measured, good, summary, groups)


def _groups(path: str, summary: Mapping[str, Any], by: str) -> list[tuple[dict[str, str], Mapping[str, Any]]]:
    """Return the groups of another run. They cannot be computed here, because the samples of each stream are not stored."""
    groups = [
        ({str(name): str(value) for name, value in group["by"].items()}, group) for group in summary.get("groups", ())
    ]
    if any(set(group) != {by} for group, _ in groups) or (summary["streams"] and not groups):
        raise UnreadableInput(path, f"its streams are not grouped by {by}", remedy=f"create it with --by {by}")
    return groups


def _kept(path: str, row: Row, measurement: Measurement, limits: Sequence[Expression]) -> bool | None:
    """Return whether a stream of another run met every limit of this one; of its gaps, only the summary is stored."""
    known: dict[str, float] = {}
    for limit in limits:
        statistics = row["metrics"].get(limit.metric.key)
        if isinstance(statistics, dict):
            if limit.stat not in statistics:
                raise UnreadableInput(
                    path,
                    f"--slo {limit.text!r}: no such statistic of a stream in it; expected one of: {', '.join(statistics)}",
                )
            known[limit.text] = statistics[limit.stat]
    return meets_limits(limits, measurement, known)
