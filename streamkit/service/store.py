"""Streams kept in an SQLite database: a table of streams, one of findings and one of histograms. docs/scale.md has the schema.

`stored` reads it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack

from streamkit.errors import CannotWrite, UnreadableInput
from streamkit.metrics import METRICS
from streamkit.service.keeping import Kept
from streamkit.service.tables import FINDINGS, HISTOGRAMS, SCHEMA, Cells, stream_columns
from streamkit.tool import VERSION


def _typed(columns: Mapping[str, str]) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in columns.items())


def _marks(count: int) -> str:
    return ", ".join("?" * count)


_OF_A_STREAM = "FOREIGN KEY (stream) REFERENCES streams (id)"  # not enforced: programs that show tables make it a link
_SOURCES = {"path": "TEXT", "version": "TEXT NOT NULL", "streams": "INTEGER"}
_TABLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE streams (id INTEGER PRIMARY KEY, content TEXT NOT NULL, copy INTEGER NOT NULL, exchange INTEGER NOT NULL)",
    "CREATE UNIQUE INDEX streams_content ON streams (content, copy)",
    f"CREATE TABLE findings ({_typed(FINDINGS)}, {_OF_A_STREAM})",
    "CREATE INDEX findings_stream ON findings (stream)",
    f"CREATE TABLE histograms ({_typed(HISTOGRAMS)}, PRIMARY KEY (stream, metric), {_OF_A_STREAM}) WITHOUT ROWID",
)
_BATCH = 500  # streams that are committed together, if they come
_EVERY_S = 5.0  # in this time; what comes slowly, as from an object store, is committed at least this often


class Store:
    """A database that streams are added to. `added` and `known` count those that are new and those that it had already.

    The file must exist: empty for a new database. `clock` returns seconds. Raises CannotWrite, UnreadableInput.
    """

    def __init__(self, path: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.path, self._clock = path, clock
        self.added = self.known = 0
        self._columns = stream_columns([entry for entry in METRICS.values() if not entry.whole_run])
        names = ", ".join(f'"{name}"' for name in ("content", "copy", *self._columns))
        marks = _marks(len(self._columns) + 2)
        self._insert = f"INSERT INTO streams ({names}) VALUES ({marks}) ON CONFLICT (content, copy) DO NOTHING"
        # Rows of streams that have not been committed yet.
        self._findings: list[Cells] = []
        self._histograms: list[Cells] = []
        try:
            self._database = sqlite3.connect(path, isolation_level=None)
            with ExitStack() as failed:
                failed.callback(self._database.close)
                self._prepare()
                failed.pop_all()
        except sqlite3.Error as error:
            raise _failure(path, error) from error

    def _prepare(self) -> None:
        """Create the tables of a new database, and the columns that an older one lacks, as those of new metrics."""
        run = self._database.execute
        run("BEGIN")
        if not run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            self._create()
        check_version(self.path, self._database)
        run(f"CREATE TABLE IF NOT EXISTS sources ({_typed(_SOURCES)}, PRIMARY KEY (path)) WITHOUT ROWID")
        for table, columns in (("streams", self._columns), ("sources", _SOURCES)):
            known = {column[1] for column in run(f"PRAGMA table_info({table})")}
            for name, kind in columns.items():
                if name not in known:
                    run(f'ALTER TABLE {table} ADD COLUMN "{name}" {kind}')
        run("COMMIT")
        self._new = run("SELECT 1 FROM streams LIMIT 1").fetchone() is None
        run("CREATE TEMP TABLE seen (content TEXT PRIMARY KEY, copies INTEGER NOT NULL) WITHOUT ROWID")

    def _create(self) -> None:
        for statement in _TABLES:
            self._database.execute(statement)
        self._database.execute("INSERT INTO meta VALUES ('schema', ?), ('streamkit', ?)", (str(SCHEMA), VERSION))

    def sources(self) -> dict[str, str]:
        """Return the inputs that were read to their end, with their versions."""
        return dict(self._database.execute("SELECT path, version FROM sources"))

    def read_to_end(self, path: str, version: str, streams: int) -> None:
        """Note that an input has been read, with the number of its streams, in the transaction of these."""
        self._database.execute("INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", (path, version, streams))

    def add(self, streams: Iterable[Kept]) -> None:
        """Add streams. One that an earlier run has added is not added again, wherever it was read from."""
        try:
            self._database.execute("BEGIN")
            began, number = self._clock(), 0
            for kept in streams:
                self._add(kept)
                number += 1
                if number >= _BATCH or self._clock() - began >= _EVERY_S:
                    self._commit()
                    self._database.execute("BEGIN")
                    began, number = self._clock(), 0
            self._commit()
        except sqlite3.Error as error:
            raise _failure(self.path, error) from error

    def _add(self, kept: Kept) -> None:
        copy = self._copy(kept.content)
        added = self._database.execute(self._insert, (kept.content, copy, *kept.row))
        if not added.rowcount and self._new:  # the second of equal streams
            # The last one is found in the index; to count them all would take longer with each.
            last = "SELECT max(copy) FROM streams WHERE content = ?"
            (copies,) = self._database.execute(last, (kept.content,)).fetchone()
            added = self._database.execute(self._insert, (kept.content, copies + 1, *kept.row))
        if not added.rowcount:
            self.known += 1
            return
        stream = added.lastrowid
        self._findings += [(stream, *row) for row in kept.findings]
        self._histograms += [(stream, *row) for row in kept.histograms]
        self.added += 1

    def _copy(self, content: str) -> int:
        """Return which of several equal streams of this run the next one is. What a run contains twice is two streams; what two runs
        contain is one. In a database that was empty all streams are of this run, so that their table knows it."""
        if self._new:
            return 1
        seen = "INSERT INTO seen VALUES (?, 1) ON CONFLICT DO UPDATE SET copies = copies + 1"
        self._database.execute(seen, (content,))
        (copy,) = self._database.execute("SELECT copies FROM seen WHERE content = ?", (content,)).fetchone()
        return int(copy)

    def _commit(self) -> None:
        for table, columns, rows in (
            ("findings", FINDINGS, self._findings),
            ("histograms", HISTOGRAMS, self._histograms),
        ):
            self._database.executemany(f"INSERT INTO {table} VALUES ({_marks(len(columns))})", rows)
            rows.clear()
        self._database.execute("COMMIT")

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def check_version(path: str, database: sqlite3.Connection) -> None:
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
