"""The streams of a database that `stats --format sqlite` wrote, for a report of them: read in blocks, and only what it needs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from streamkit.errors import UnreadableInput
from streamkit.frozen import dataclass
from streamkit.metrics import METRICS, CollectionPart, Metric, StreamColumns, row_of
from streamkit.model.measurement import Measurement, Samples
from streamkit.reporters import Row
from streamkit.service.measuring import Run, group_of
from streamkit.service.store import check_version
from streamkit.service.tables import JSON, unpacked

BLOCK = 2048
"""Streams that are in memory at a time."""
_ABOUT = (
    *("id", "file", "exchange", "api", "dialect", "model", "verdict", "outcome", "recorded_at", "clock"),
    *("tokens_source", *JSON),
)
_AS_KEPT = ("pauses", "choices")  # what a row has of a stream and a measurement made from it does not


def merge_store(run: Run, path: str, *, listed: int | None = None) -> Iterator[Row]:
    """Add the streams of a database to a run, and yield their rows. Raises UnreadableInput.

    If it has more than `listed` streams, the rows have nothing but the names and the notes of streams with notes, which takes a
    fifth of the time.
    """
    with _opened(path) as database:
        brief = listed is not None and _has_more(database, listed)
        for block in _blocks(database, run.whole.metrics):
            yield from _briefly(run, block) if brief else _merged(run, block)


def stored_rows(path: str) -> Iterator[Row]:
    """Yield the row of every stream of a database, with all metrics. Raises UnreadableInput."""
    metrics = [entry for entry in METRICS.values() if not entry.whole_run]
    with _opened(path) as database:
        for block in _blocks(database, metrics):
            for measurement, kept in block.measurements():
                yield {**row_of(measurement, metrics), **kept}


@contextmanager
def _opened(path: str) -> Iterator[sqlite3.Connection]:
    """A database that is only read. What is wrong with it raises UnreadableInput."""
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as database:
            check_version(path, database)
            yield database
    except (sqlite3.Error, KeyError, TypeError, ValueError) as error:
        raise UnreadableInput(path, f"no database of stats --format sqlite: {error}") from error


def _merged(run: Run, block: _Block) -> Iterator[Row]:
    """Add these streams to a run, and yield their rows."""
    for measurement, kept in block.measurements():
        yield run.merge_measured(measurement, kept)


def _briefly(run: Run, block: _Block) -> Iterator[Row]:
    """Add these streams to a run, all together if nothing looks at each, and yield the names and notes of those that have notes."""
    if run.adds_up:
        failed = run.wanted.include_failed
        groups = [] if run.wanted.by is None else _groups(run.wanted.by, block)
        parts = [(group, block.chosen(places).part(include_failed=failed)) for group, places in groups]
        run.add_part(block.part(include_failed=failed), parts)
    else:
        for measurement, _ in block.measurements():
            run.add_measured(measurement)
    yield from block.notes()


def _has_more(database: sqlite3.Connection, count: int) -> bool:
    return database.execute("SELECT 1 FROM streams LIMIT 1 OFFSET ?", (count,)).fetchone() is not None


def _blocks(database: sqlite3.Connection, metrics: Sequence[Metric]) -> Iterator[_Block]:
    """Yield all streams in the order in which they were added."""
    known = {column[1] for column in database.execute("PRAGMA table_info(streams)")}
    if absent := [name for name in _ABOUT if name not in known]:
        raise ValueError(f"the table of streams has no column {absent[0]}")
    # A database of an older version lacks the columns of newer metrics.
    names = [*_ABOUT, *(entry.key for entry in metrics if not entry.many and entry.key in known)]
    columns = ", ".join(f'"{name}"' for name in names)
    streams = f"SELECT {columns} FROM streams WHERE id > ? ORDER BY id LIMIT {BLOCK}"
    many = [entry.key for entry in metrics if entry.many]
    of_metrics = f"metric IN ({', '.join('?' * len(many))})"
    histograms = f"SELECT stream, metric, samples FROM histograms WHERE stream BETWEEN ? AND ? AND {of_metrics}"
    last = -1 << 63
    while rows := database.execute(streams, (last,)).fetchall():
        first, last = rows[0][0], rows[-1][0]
        samples: dict[str, dict[int, bytes]] = {key: {} for key in many}
        for stream, metric, packed in database.execute(histograms, (first, last, *many)) if many else ():
            samples[metric][stream] = packed
        yield _Block(metrics, dict(zip(names, zip(*rows, strict=True), strict=True)), samples)


@dataclass(frozen=True, slots=True)
class _Block:
    """Some streams: their columns by name and, by metric and stream, the packed samples of the metrics that have many."""

    metrics: Sequence[Metric]
    columns: Mapping[str, Sequence[Any]]
    packed: Mapping[str, Mapping[int, bytes]]

    def chosen(self, places: Sequence[int]) -> _Block:
        """Return the streams at these places."""
        columns = {name: [column[place] for place in places] for name, column in self.columns.items()}
        return _Block(self.metrics, columns, self.packed)

    def part(self, *, include_failed: bool) -> CollectionPart:
        """Return what these streams add to a collection."""
        columns = StreamColumns(
            verdicts=self.columns["verdict"],
            outcomes=self.columns["outcome"],
            recorded_at=self.columns["recorded_at"],
            token_sources=self.columns["tokens_source"],
            missing=self._json("missing"),
            values={entry.name: self._values(entry) for entry in self.metrics},
        )
        return columns.part(self.metrics, include_failed=include_failed)

    def notes(self) -> Iterator[Row]:
        """Yield the names and the notes of the streams that have notes."""
        for file, exchange, notes in zip(*map(self.columns.__getitem__, ("file", "exchange", "notes")), strict=True):
            if notes != "[]":
                yield {"file": file, "exchange": exchange, "notes": json.loads(notes)}

    def measurements(self) -> Iterator[tuple[Measurement, Mapping[str, Any]]]:
        """Yield the measurement of every stream, and the parts of its row that are kept as they are."""
        about = {name: self.columns[name] for name in _ABOUT} | {name: self._json(name) for name in JSON}
        values = [(entry, self._values(entry)) for entry in self.metrics]
        units = {entry.name: entry.unit for entry in self.metrics}
        absent: dict[str, Samples] = {}
        for place in range(len(about["id"])):
            row = {name: column[place] for name, column in about.items()}
            samples: dict[str, Samples] = {}
            for entry, column in values:
                value = column[place]
                why = row["missing"].get(entry.key, "" if value is not None else "not-measured")
                if value is None:
                    samples[entry.name] = absent.get(why) or absent.setdefault(why, Samples(missing=why))
                else:
                    source = row["tokens_source"] or "" if entry.name == "output_tokens" else ""
                    samples[entry.name] = Samples(value if entry.many else (value,), missing=why, source=source)
            yield _measurement(row, samples, units), {JSON[name]: row[name] for name in _AS_KEPT}

    def _values(self, entry: Metric) -> Sequence[Any]:
        """Return the value of a metric in each stream, or its samples; None where there are none."""
        if not entry.many:
            return self.columns.get(entry.key) or [None] * len(self.columns["id"])
        packed = self.packed[entry.key]
        return [unpacked(packed[stream]) if stream in packed else None for stream in self.columns["id"]]

    def _json(self, name: str) -> Sequence[Any]:
        """Return a column of JSON. Most streams have one of few texts in it, each of which is parsed once."""
        texts = self.columns[name]
        parsed = {text: json.loads(text) for text in set(texts)}
        return [parsed[text] for text in texts]


def _measurement(row: Mapping[str, Any], samples: dict[str, Samples], units: Mapping[str, str]) -> Measurement:
    return Measurement(
        file=row["file"],
        exchange=row["exchange"],
        api=row["api"],
        dialect=row["dialect"] or "",
        model=row["model"],
        verdict=row["verdict"],
        samples=samples,
        labels=row["labels"],
        notes=tuple(row["notes"]),
        recorded_at=row["recorded_at"],
        clock=row["clock"],
        units=units,
        outcome=row["outcome"],
    )


def _groups(by: str, block: _Block) -> Iterator[tuple[dict[str, str], list[int]]]:
    """Yield the groups of these streams, each with the places of its streams."""
    about = block.columns
    cells = about[{"model": "model", "provider": "dialect", "file": "file"}.get(by, "labels")]
    places: dict[Any, list[int]] = {}
    for place, cell in enumerate(cells):
        places.setdefault(cell, []).append(place)
    for of_cell in places.values():
        row = {name: about[name][of_cell[0]] for name in _ABOUT}
        row |= {name: json.loads(row[name]) for name in ("labels", "notes")}
        yield group_of(by, _measurement(row, {}, {})), of_cell
