"""A report of a database is that of the streams which were added to it: read stream by stream, or all together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.apis import interpret
from streamkit.errors import UnreadableInput
from streamkit.formats import read
from streamkit.model.exchange import Exchange
from streamkit.service import stored
from streamkit.service.keeping import KeepJob
from streamkit.service.measuring import Run, Wanted
from streamkit.service.store import Store
from streamkit.service.stored import merge_store

RECORDED = [
    exchange for path in sorted((Path(__file__).parents[2] / "recordings").rglob("*.jsonl")) for exchange in read(path)
]
TIMES = st.sampled_from([None, "2026-11-22T07:00:00Z", "2026-11-22T07:00:00.000001+02:00", "yesterday"])
LABELS = st.dictionaries(st.sampled_from(["run", "user"]), st.sampled_from(["a", "b", "ü\ud800"]))
EXCHANGES = st.builds(
    lambda exchange, at, labels: replace(exchange, recorded_at=at, labels=labels),
    st.sampled_from(RECORDED),
    TIMES,
    LABELS,
)
WANTED = st.builds(
    Wanted,
    metrics=st.sampled_from([(), ("gap",), ("ttft", "tokens_per_second")]),
    in_table=st.booleans(),
    by=st.sampled_from([None, "model", "provider", "file", "label", "label:run"]),
    gates=st.sampled_from([(), ("ttft.p95 > 1ms",), ("gap.max > 1ms", "success_share < 1")]),
    limits=st.sampled_from([(), ("ttft <= 80ms", "gap.p99 < 1s")]),
    percentiles=st.sampled_from([(), (75.0,)]),
    include_failed=st.booleans(),
)


def database(path: Path, exchanges: Iterable[Exchange]) -> str:
    worker, name = KeepJob().begin(), str(path / "runs.sqlite")
    store = Store(name)
    store.add(worker.take(exchange) for exchange in exchanges)
    store.close()
    return name


def result(run: Run, rows: Iterable[Mapping[str, Any]]) -> tuple[Sequence[Mapping[str, Any]], object, object]:
    found = list(rows)
    gates = [gate.failure(run.whole, allow_missing=allowed) for gate in run.gates for allowed in (False, True)]
    return found, run.summaries(), gates


@given(st.lists(EXCHANGES, min_size=1, max_size=7), WANTED)
def test_a_report_is_that_of_the_streams(exchanges: list[Exchange], wanted: Wanted) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "BLOCK", 3)
        path = database(Path(folder), exchanges)
        run, by_rows, briefly = Run(wanted), Run(wanted), Run(wanted)
        rows, *of_streams = result(run, run.rows(map(interpret, exchanges)))
        assert result(by_rows, merge_store(by_rows, path)) == (rows, *of_streams)
        few, *in_brief = result(briefly, merge_store(briefly, path, listed=0))
        assert in_brief == of_streams
        noted = [{name: row[name] for name in ("file", "exchange", "notes")} for row in rows if row["notes"]]
        assert few == noted


def test_rows_are_whole_if_there_are_no_more_streams_than_are_listed(tmp_path: Path) -> None:
    path = database(tmp_path, RECORDED)
    count = len(RECORDED)
    assert len(list(merge_store(Run(Wanted()), path, listed=count))) == count
    assert len(list(merge_store(Run(Wanted()), path, listed=count - 1))) < count


@pytest.mark.parametrize("listed", [None, 0])
def test_an_older_database_lacks_the_metrics_that_are_new(listed: int | None, tmp_path: Path) -> None:
    path = database(tmp_path, RECORDED)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE streams DROP COLUMN events")
        connection.execute("DELETE FROM histograms WHERE metric = 'chunk_bytes'")
    run = Run(Wanted(metrics=["events", "chunk_bytes"]))
    list(merge_store(run, path, listed=listed))
    (summary,) = run.summaries()
    assert summary["metrics"]["events"] is None
    assert [summary["missing"][name] for name in ("events", "chunk_bytes")] == [{"not-measured": len(RECORDED)}] * 2


def test_a_database_without_a_column_that_all_have_is_refused(tmp_path: Path) -> None:
    path = database(tmp_path, RECORDED[:1])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE streams DROP COLUMN outcome")
    with pytest.raises(UnreadableInput, match="the table of streams has no column outcome"):
        list(merge_store(Run(Wanted()), path))
