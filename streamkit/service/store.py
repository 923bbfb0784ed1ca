"""Streams kept in an SQLite database: a table of streams, one of findings and one of histograms. docs/scale.md has the schema."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from streamkit.errors import CannotWrite, UnreadableInput
from streamkit.metrics import METRICS, Metric, row_of
from streamkit.model.finding import Finding
from streamkit.model.histogram import Histogram
from streamkit.model.measurement import Measurement, Samples, Summary
from streamkit.reporters import Row
from streamkit.service.keeping import Kept, packed_samples, unpacked
from streamkit.service.measuring import Run
from streamkit.tool import VERSION

SCHEMA = 1
"""The version of the tables. A database of a newer version is refused."""

_STATISTICS = Summary.__slots__
_TEXTS = ("file", "api", "dialect", "model", "verdict", "outcome", "recorded_at", "clock", "tokens_source")
# Columns that hold JSON, and what they are in a row; `stalls` is a metric, too.
_JSON = {"labels": "labels", "notes": "notes", "pauses": "stalls", "choices": "choices", "missing": "missing"}
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE streams (id INTEGER PRIMARY KEY, content TEXT NOT NULL, copy INTEGER NOT NULL, exchange INTEGER NOT NULL);
CREATE UNIQUE INDEX streams_content ON streams (content, copy);
"""
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
_BATCH = 500  # streams that are committed together


class Store:
    """A database that streams are added to. `added` and `known` count those that are new and those that it had already.

    The file must exist: empty for a new database. Raises CannotWrite, UnreadableInput.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.added = self.known = 0
        self._metrics = [entry for entry in METRICS.values() if not entry.whole_run]
        try:
            self._database = sqlite3.connect(path, isolation_level=None)
            with ExitStack() as failed:
                failed.callback(self._database.close)
                self._prepare()
                failed.pop_all()
        except sqlite3.Error as error:
            raise _failure(path, error) from error

    def _prepare(self) -> None:
        """Create the tables of a new database, and the columns of metrics that an older one lacks."""
        run = self._database.execute
        if not run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            findings, histograms = (
                ", ".join(f'"{name}" {kind}' for name, kind in table.items()) for table in (FINDINGS, HISTOGRAMS)
            )
            self._database.executescript(
                f"BEGIN;{_TABLES}CREATE TABLE findings ({findings});CREATE INDEX findings_stream ON findings (stream);"
                f"CREATE TABLE histograms ({histograms}, PRIMARY KEY (stream, metric)) WITHOUT ROWID;COMMIT;"
            )
            run("INSERT INTO meta VALUES ('schema', ?), ('streamkit', ?)", (str(SCHEMA), VERSION))
        _check_version(self.path, self._database)
        known = {column[1] for column in run("PRAGMA table_info(streams)")}
        for name, kind in stream_columns(self._metrics).items():
            if name not in known:
                run(f'ALTER TABLE streams ADD COLUMN "{name}" {kind}')
        run("CREATE TABLE IF NOT EXISTS sources (path TEXT PRIMARY KEY, version TEXT NOT NULL) WITHOUT ROWID")
        run("CREATE TEMP TABLE seen (content TEXT PRIMARY KEY, copies INTEGER NOT NULL) WITHOUT ROWID")

    def sources(self) -> dict[str, str]:
        """Return the inputs that were read to their end, with their versions."""
        return dict(self._database.execute("SELECT path, version FROM sources"))

    def read_to_end(self, path: str, version: str) -> None:
        """Note that an input has been read, in the transaction of its streams."""
        self._database.execute("INSERT OR REPLACE INTO sources VALUES (?, ?)", (path, version))

    def add(self, streams: Iterable[Kept]) -> None:
        """Add streams. One that an earlier run has added is not added again, wherever it was read from."""
        try:
            self._database.execute("BEGIN")
            for number, kept in enumerate(streams, 1):
                self._add(kept)
                if number % _BATCH == 0:
                    self._database.execute("COMMIT")
                    self._database.execute("BEGIN")
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            raise _failure(self.path, error) from error

    def _add(self, kept: Kept) -> None:
        run = self._database.execute
        # What a run contains twice is two streams; what two runs contain is one.
        seen = "INSERT INTO seen VALUES (?, 1) ON CONFLICT DO UPDATE SET copies = copies + 1"
        run(seen, (kept.content,))
        (copy,) = run("SELECT copies FROM seen WHERE content = ?", (kept.content,)).fetchone()
        if run("SELECT 1 FROM streams WHERE content = ? AND copy = ?", (kept.content, copy)).fetchone():
            self.known += 1
            return
        values = {"content": kept.content, "copy": copy, **stream_values(kept.measurement, self._metrics)}
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        stream = run(f"INSERT INTO streams ({names}) VALUES ({marks})", tuple(values.values())).lastrowid
        self._insert("findings", len(FINDINGS), stream, finding_values(kept.findings))
        self._insert("histograms", len(HISTOGRAMS), stream, histogram_values(kept.measurement, self._metrics))
        self.added += 1

    def _insert(self, table: str, width: int, stream: int | None, rows: Iterable[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * width)
        self._database.executemany(f"INSERT INTO {table} VALUES ({marks})", ((stream, *row) for row in rows))

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def stream_columns(metrics: Iterable[Metric]) -> dict[str, str]:
    """Return the columns of the table of streams that describe them, with their types in SQL."""
    found = dict.fromkeys((*_TEXTS, *_JSON), "TEXT")
    for entry in metrics:
        found |= {f"{entry.key}_{name}": "REAL" for name in _STATISTICS} if entry.many else {entry.key: "REAL"}
    return found


def finding_values(findings: Iterable[Finding]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the table of findings, without the stream."""
    for f in findings:
        place = f.place
        yield f.code, f.name, f.severity, f.message, f.count, place.event, place.line, place.byte, place.path


def stream_values(measurement: Measurement, metrics: Iterable[Metric]) -> dict[str, Any]:
    """Return the values of the columns. Numbers are exact, and those that do not exist are null."""
    row = row_of(measurement, list(metrics))
    values: dict[str, Any] = {name: row[name] for name in ("exchange", *_TEXTS)}
    values |= {name: json.dumps(row[key]) for name, key in _JSON.items()}
    for entry in metrics:
        samples = measurement.samples[entry.name]
        if entry.many:
            summary = Summary.of(samples.values)
            values |= {
                f"{entry.key}_{name}": None if summary is None else getattr(summary, name) for name in _STATISTICS
            }
        else:
            values[entry.key] = samples.values[0] if samples.values else None
    return values


def histogram_values(measurement: Measurement, metrics: Iterable[Metric]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the table of histograms, without the stream."""
    for entry in metrics:
        values = measurement.samples[entry.name].values
        if entry.many and values:
            made = Histogram()
            made.extend(values)
            buckets = json.dumps({str(key): made.buckets[key] for key in sorted(made.buckets)})
            yield (
                entry.key,
                made.count,
                made.zero,
                made.min,
                made.max,
                made.sum,
                made.alpha,
                buckets,
                packed_samples(values),
            )


def read_store(path: str) -> Iterator[tuple[Measurement, Mapping[str, Any]]]:
    """Yield every stream of a database in the order in which it was added: its measurement, and the parts of its row that are kept
    as they are. Raises UnreadableInput."""
    metrics = [entry for entry in METRICS.values() if not entry.whole_run]
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            _check_version(path, database)
            for row in database.execute("SELECT * FROM streams ORDER BY id"):
                found = database.execute("SELECT metric, samples FROM histograms WHERE stream = ?", (row["id"],))
                yield _measurement(dict(row), dict(found.fetchall()), metrics)
    except (sqlite3.Error, KeyError, TypeError, ValueError) as error:
        raise UnreadableInput(path, f"no database of stats --format sqlite: {error}") from error


def merge_store(run: Run, path: str) -> Iterator[Row]:
    """Add the streams of a database to a run, and yield their rows. Raises UnreadableInput."""
    for measurement, kept in read_store(path):
        yield run.merge_measured(measurement, kept)


def _measurement(
    row: dict[str, Any], many: Mapping[str, bytes], metrics: Iterable[Metric]
) -> tuple[Measurement, Mapping[str, Any]]:
    missing = json.loads(row["missing"])
    samples: dict[str, Samples] = {}
    for entry in metrics:
        source = row["tokens_source"] or "" if entry.name == "output_tokens" else ""
        if entry.many:
            values = unpacked(many[entry.key]) if entry.key in many else ()
        else:
            values = () if row.get(entry.key) is None else (row[entry.key],)
        why = missing.get(entry.key, "" if values else "not-measured")
        samples[entry.name] = Samples(values, missing=why, source=source)
    measurement = Measurement(
        file=row["file"],
        exchange=row["exchange"],
        api=row["api"],
        dialect=row["dialect"] or "",
        model=row["model"],
        verdict=row["verdict"],
        samples=samples,
        labels=json.loads(row["labels"]),
        notes=tuple(json.loads(row["notes"])),
        recorded_at=row["recorded_at"],
        clock=row["clock"],
        units={entry.name: entry.unit for entry in metrics},
        outcome=row["outcome"],
    )
    return measurement, {_JSON[name]: json.loads(row[name]) for name in ("pauses", "choices")}


def _check_version(path: str, database: sqlite3.Connection) -> None:
    """Raise UnreadableInput for a database of another program or of a newer version."""
    try:
        found = database.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    except sqlite3.OperationalError:
        found = None
    if found is None:
        raise UnreadableInput(path, "an SQLite database that stats --format sqlite did not write")
    if int(found[0]) > SCHEMA:
        message = f"a database of version {found[0]}, and this streamkit reads up to version {SCHEMA}"
        raise UnreadableInput(path, message, remedy="upgrade llm-streamkit")


def _failure(path: str, error: sqlite3.Error) -> CannotWrite | UnreadableInput:
    if isinstance(error, sqlite3.OperationalError):
        return CannotWrite(path, OSError(0, str(error)))
    return UnreadableInput(path, f"no database that can be written to: {error}")
