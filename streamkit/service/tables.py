"""The tables of `stats --format sqlite` and `--format parquet`: their columns, and the rows of one stream. docs/scale.md has the schema."""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from streamkit.metrics import Metric, row_of
from streamkit.model.finding import Finding
from streamkit.model.histogram import Histogram
from streamkit.model.measurement import Measurement, Summary

SCHEMA = 1
"""The version of the tables. A database of a newer version is refused."""
JSON = {"labels": "labels", "notes": "notes", "pauses": "stalls", "choices": "choices", "missing": "missing"}
"""Columns that hold JSON, and what they are in a row of `stats --format json`; `stalls` is a metric, too."""
FINDINGS = {
    "stream": "INTEGER",
    "code": "TEXT",
    "name": "TEXT",
    "severity": "TEXT",
    "message": "TEXT",
    "count": "INTEGER",
    "event": "INTEGER",
    "line": "INTEGER",
    "byte": "INTEGER",
    "path": "TEXT",
}
"""The columns of the table of findings, with their types in SQL."""
HISTOGRAMS = {
    "stream": "INTEGER",
    "metric": "TEXT",
    "count": "INTEGER",
    "zero": "INTEGER",
    "min": "REAL",
    "max": "REAL",
    "sum": "REAL",
    "alpha": "REAL",
    "buckets": "TEXT",
    "samples": "BLOB",
}
"""The columns of the table of histograms."""
_STATISTICS = Summary.__slots__
_TEXTS = ("file", "api", "dialect", "model", "verdict", "outcome", "recorded_at", "clock", "tokens_source")
# zlib clears the memory of a whole window before it compresses twenty numbers; a small one is as good for them.
_WINDOW_BITS, _MEMORY_LEVEL = 12, 5

Cells = tuple[Any, ...]


def stream_columns(metrics: Iterable[Metric]) -> dict[str, str]:
    """Return the columns of the table of streams that describe them, with their types in SQL."""
    found = {"exchange": "INTEGER"} | dict.fromkeys((*_TEXTS, *JSON), "TEXT")
    for entry in metrics:
        found |= {f"{entry.key}_{name}": "REAL" for name in _STATISTICS} if entry.many else {entry.key: "REAL"}
    return found


def stream_rows(measurement: Measurement, metrics: Sequence[Metric]) -> tuple[Cells, list[Cells]]:
    """Return the row of a stream in its table, with the columns of `stream_columns`, and its rows of histograms without the stream.

    Numbers are exact, and those that do not exist are null.
    """
    about = row_of(measurement, ())
    about["missing"] = {
        entry.key: samples.missing for entry in metrics if (samples := measurement.samples[entry.name]).missing
    }
    cells: list[Any] = [
        measurement.exchange,
        *(_text(about[name]) for name in _TEXTS),
        *(json.dumps(about[key]) for key in JSON.values()),
    ]
    histograms: list[Cells] = []
    for entry in metrics:
        values = measurement.samples[entry.name].values
        if not entry.many:
            cells.append(values[0] if values else None)
        elif values:
            ordered = sorted(values)
            summary = Summary.of(ordered)
            cells += (getattr(summary, name) for name in _STATISTICS)
            histograms.append((entry.key, *_buckets(ordered), packed_samples(values)))
        else:
            cells += (None for _ in _STATISTICS)
    return tuple(cells), histograms


def _buckets(ordered: Sequence[float]) -> Cells:
    made = Histogram()
    made.extend_sorted(ordered)
    buckets = json.dumps({str(key): made.buckets[key] for key in sorted(made.buckets)})
    return made.count, made.zero, made.min, made.max, made.sum, made.alpha, buckets


def finding_rows(findings: Iterable[Finding]) -> list[Cells]:
    """Return the rows of the table of findings, without the stream."""
    return [
        (
            *(f.code, f.name, f.severity, _text(f.message), f.count),
            *(f.place.event, f.place.line, f.place.byte, _text(f.place.path)),
        )
        for f in findings
    ]


def _text(text: str | None) -> str | None:
    """Return a text as tables take it, where half a surrogate pair, as of a file name that is not UTF-8, is its escape."""
    return text if text is None or text.isascii() else text.encode(errors="backslashreplace").decode()


def packed_samples(values: Sequence[float]) -> bytes:
    """Return samples in few bytes, exactly: a letter for their type, then 64-bit integers or floats, little-endian and compressed."""
    numbers: array[Any]
    try:
        numbers = array("q", values)
    except TypeError:  # not all are integers
        numbers = array("d", values)
    if sys.byteorder == "big":
        numbers.byteswap()
    packer = zlib.compressobj(1, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL)
    return numbers.typecode.encode() + packer.compress(numbers.tobytes()) + packer.flush()


def unpacked(data: bytes) -> Sequence[float]:
    """Return the samples that `packed_samples` packed. Raises ValueError for anything else."""
    try:
        numbers: array[Any] = array(data[:1].decode())
        numbers.frombytes(zlib.decompress(data[1:]))
    except (zlib.error, ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"no samples: {error}") from error
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()
