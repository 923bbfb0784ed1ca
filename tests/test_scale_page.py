"""The recipes of docs/scale.md: every query runs on tables that `stats` wrote, and answers from them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from streamkit.cli.main import streamkit
from tests.clicking import CliRunner

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
IN_SQLITE = [
    *re.findall(r'^sqlite3 -box runs\.sqlite "\n(.+?)"$', PAGE, re.DOTALL | re.MULTILINE),
    *re.findall(r'"sql=\n(.+?)"$', PAGE, re.DOTALL | re.MULTILINE),
    *re.findall(r"^```sql\n(.+?)^```", PAGE, re.DOTALL | re.MULTILINE),
]
IN_DUCKDB = re.findall(r'^duckdb -c "(.+?)"$', PAGE, re.DOTALL | re.MULTILINE)


def written(path: Path, form: str) -> Path:
    """Return the tables of the recordings of this repository, written to a path."""
    CliRunner().invoke(streamkit, ["stats", "--format", form, "-o", str(path), str(ROOT / "recordings")])
    return path


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("tables") / "runs.sqlite", "sqlite")


def test_all_recipes_were_found() -> None:
    assert len(IN_SQLITE) == PAGE.count("sqlite3 -box") + PAGE.count("```sql") + PAGE.count("curl -G") == 6
    assert len(IN_DUCKDB) == PAGE.count("duckdb -c") == 3


@pytest.mark.parametrize("query", IN_SQLITE)
def test_a_query_of_the_database_has_an_answer(query: str, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(query).fetchall()
    assert len(rows) >= 2
    for values in zip(*rows, strict=True):
        assert any(value is not None for value in values)


def test_the_answers_are_those_of_the_streams(database: Path) -> None:
    ttft, rules, worst, outcomes, series, failed = IN_SQLITE
    with closing(sqlite3.connect(database)) as connection:

        def total(query: str, column: int) -> float:
            return sum(row[column] or 0 for row in connection.execute(query))

        def number(query: str) -> float:
            return float(connection.execute(query).fetchone()[0])

        assert total(ttft, 1) == number("SELECT count(*) FROM streams WHERE outcome = 'complete'")
        assert total(rules, 2) == number("SELECT count(*) FROM (SELECT DISTINCT code, stream FROM findings)")
        assert connection.execute(worst).fetchone()[3] == round(
            number("SELECT max(max) FROM histograms WHERE metric = 'inter_chunk_gap_ns'") / 1e6
        )
        assert total(outcomes, 1) == number("SELECT count(*) FROM streams")
        times = [row[0] for row in connection.execute(series)]
        assert times == sorted(times)
        assert min(times) > 1_700_000_000
        assert all(0 <= share <= 1 and time % 3600 == 0 for time, share in connection.execute(failed))


def test_tables_are_linked(database: Path) -> None:
    """Datasette shows a column with a foreign key as a link."""
    with closing(sqlite3.connect(database)) as connection:
        for table in ("findings", "histograms"):
            ((_, _, parent, column, key, *_),) = connection.execute(f"PRAGMA foreign_key_list({table})")
            assert (parent, column, key) == ("streams", "stream", "id")
        assert not connection.execute("PRAGMA foreign_key_check").fetchall()


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'llm-streamkit[parquet]'")
    return written(tmp_path_factory.mktemp("parquet") / "tables", "parquet")


def test_queries_of_the_parquet_files_answer_from_them(
    tables: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = pytest.importorskip("duckdb", reason="needs DuckDB")
    monkeypatch.chdir(tables.parent)
    ttft, rules, gaps = (duckdb.sql(query).fetchall() for query in IN_DUCKDB)
    with closing(sqlite3.connect(database)) as connection:

        def number(query: str) -> float:
            return float(connection.execute(query).fetchone()[0])

        assert len(ttft) == number("SELECT count(*) FROM (SELECT DISTINCT model FROM streams)")
        assert sum(row[2] for row in rules) == number(
            "SELECT count(*) FROM (SELECT DISTINCT code, stream FROM findings)"
        )
        of_gaps = "FROM histograms WHERE metric = 'inter_chunk_gap_ns'"
        assert sum(row[1] for row in gaps) == number(f"SELECT sum(count - zero) {of_gaps}")
        # A bucket is named by a value that is within 0.5 % of all that are in it.
        assert gaps[-1][0] == pytest.approx(number(f"SELECT max(max) / 1e6 {of_gaps}"), rel=0.006, abs=0.06)
