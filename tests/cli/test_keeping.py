"""`stats --format sqlite`: streams kept in a database, from which `stats` makes the same report as from the files."""

from __future__ import annotations

import json
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.cli import _jobs
from streamkit.cli.main import streamkit
from streamkit.errors import OutputExists, StreamkitError, UsageError
from streamkit.formats import read
from streamkit.service.keeping import KeepJob, Kept, content_of
from streamkit.service.store import Store
from streamkit.service.tables import packed_samples, unpacked
from tests.clicking import CliRunner

RECORDINGS = Path(__file__).parents[2] / "recordings"


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(streamkit, list(arguments), standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.return_value or 0, result.stdout, result.stderr


def fetched(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "kept.sqlite"
    code, output, messages = run("stats", "--format", "sqlite", "-o", str(path), str(RECORDINGS))
    assert (code, output) == (0, "")
    assert messages.endswith(f"{path}: {len(fetched(path, 'SELECT id FROM streams'))} streams added\n")
    return path


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--per-stream", "--explain"],
        ["--format", "json", "--by", "model"],
        ["--metrics", "gap,ttft", "--percentiles", "75", "--sort", "gap.p99", "--plot"],
        ["--include", "failed", "--slo", "ttft <= 100ms", "--format", "csv"],
    ],
)
def test_a_report_of_the_database_is_that_of_the_files(kept: Path, options: list[str]) -> None:
    files = run("stats", "-q", *options, str(RECORDINGS))
    assert run("stats", "-q", *options, str(kept)) == files
    assert files[1]


def test_half_a_surrogate_pair_is_kept_as_its_escape(tmp_path: Path) -> None:
    """In what a stream contains, and in a file name that is not UTF-8."""
    files, database = tmp_path / "streams", tmp_path / "kept.sqlite"
    files.mkdir()
    text = (RECORDINGS / "gemini" / "plain.jsonl").read_bytes().replace(b"model-g", b"model-\\\\ud800")
    (files / "a\udcff.jsonl").write_bytes(text)
    again = ["stats", "--format", "sqlite", "--append", "-o", str(database), str(files)]
    assert "1 stream added" in run(*again)[2]
    assert "1 unchanged files not read" in run(*again)[2]
    ((file, model),) = fetched(database, "SELECT file, model FROM streams")
    assert (str(file).rpartition("/")[2], model) == (r"a\udcff.jsonl", r"model-\ud800")
    of_database, of_files = (json.loads(run("stats", "--format", "json", str(path))[1]) for path in (database, files))
    assert of_database == of_files
    parquet = run("stats", "--format", "parquet", "-o", str(tmp_path / "tables"), str(files))
    assert "1 stream written" in parquet[2]


def test_databases_are_compared(kept: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.json"
    run("stats", "--format", "json", "-o", str(earlier), str(RECORDINGS))
    of_files = run("stats", "--compare", str(earlier), str(earlier))
    assert of_files[0] == 0
    assert run("stats", "--compare", str(kept), str(kept)) == of_files


def test_gates_apply_to_the_database(kept: Path) -> None:
    gate = ["--fail-if", "ttft.p95 > 1ms", "--include", "failed", "--allow-missing"]
    assert run("stats", "-q", *gate, str(kept)) == run("stats", "-q", *gate, str(RECORDINGS))
    assert run("stats", "-q", *gate, str(kept))[0] == 1


def test_findings_are_those_of_lint(kept: Path) -> None:
    found = json.loads(run("lint", "-q", "--no-config", "--format", "json", str(RECORDINGS))[1])["findings"]
    query = "SELECT file, exchange, code, severity, findings.count, line FROM findings JOIN streams ON id = stream"
    assert sorted(map(repr, fetched(kept, query))) == sorted(
        repr((f["file"], f["exchange"], f["code"], f["severity"], f["count"], f["line"])) for f in found
    )


def test_a_histogram_holds_all_samples(kept: Path) -> None:
    query = """
        SELECT count, zero + (SELECT sum(value) FROM json_each(buckets)), samples, metric, min, max FROM histograms
    """
    rows = fetched(kept, query)
    assert {row[3] for row in rows} >= {"inter_chunk_gap_ns", "chunk_bytes"}
    for count, in_buckets, samples, _, least, most in rows:
        values = unpacked(samples)  # type: ignore[arg-type]
        assert (count, count) == (in_buckets, len(values))
        assert (least, most) == (min(values), max(values))


def test_statistics_are_columns(kept: Path) -> None:
    query = "SELECT inter_chunk_gap_ns_p50, time_to_first_token_ns FROM streams WHERE file LIKE '%gemini%'"
    ((gap, first),) = fetched(kept, query)
    assert isinstance(gap, float)
    assert isinstance(first, float)
    (missing,) = fetched(kept, "SELECT time_to_first_token_ns, missing FROM streams WHERE file LIKE '%pasted-gist%'")
    assert missing[0] is None
    assert '"time_to_first_token_ns": "no-times"' in str(missing[1])


def test_appending_adds_only_what_is_new(kept: Path, tmp_path: Path) -> None:
    before = fetched(kept, "SELECT * FROM streams")
    again = ["stats", "--format", "sqlite", "--append", "-o", str(kept)]
    copy = tmp_path / "elsewhere.jsonl"
    copy.write_bytes((RECORDINGS / "gemini" / "plain.jsonl").read_bytes())
    assert run(*again, str(RECORDINGS), str(tmp_path / "no-such"))[0] == 2
    assert re.search(r"0 streams added; \d+ unchanged files not read", run(*again, str(RECORDINGS))[2])
    assert "0 streams added, 1 known already" in run(*again, str(copy))[2]
    assert fetched(kept, "SELECT * FROM streams") == before
    # Two in one run are two streams.
    copy.write_bytes(copy.read_bytes() * 2)
    assert "1 stream added, 1 known already" in run(*again, str(copy))[2]


@pytest.mark.parametrize(("seconds", "committed"), [(0.0, 0), (3.0, 4), (6.0, 5)])
def test_streams_that_come_slowly_are_committed_in_time(seconds: float, committed: int, tmp_path: Path) -> None:
    """What a killed command leaves, after five streams that came `seconds` apart."""
    path, now = tmp_path / "kept.sqlite", 0.0
    worker = KeepJob().begin()
    kept = [worker.take(exchange) for exchange in read((RECORDINGS / "gemini" / "plain.jsonl").read_bytes() * 5)]

    def killed() -> Iterator[Kept]:
        nonlocal now
        for stream in kept:
            now += seconds
            yield stream
        raise KeyboardInterrupt

    store = Store(str(path), lambda: now)
    with pytest.raises(KeyboardInterrupt):
        store.add(killed())
    store.close()
    assert fetched(path, "SELECT count(*), count(DISTINCT copy) FROM streams") == [(committed, committed)]
    histograms = "SELECT count(DISTINCT stream) FROM histograms"
    assert fetched(path, histograms) == [(committed,)]


def test_equal_streams_of_a_run_are_counted(tmp_path: Path) -> None:
    plain, database, copies = (
        (RECORDINGS / "gemini" / "plain.jsonl").read_bytes(),
        tmp_path / "kept.sqlite",
        tmp_path / "copies.jsonl",
    )
    for count, message in [(3, "3 streams added"), (2, "0 streams added, 2 known"), (5, "2 streams added, 3 known")]:
        copies.write_bytes(plain * count)
        assert message in run("stats", "--format", "sqlite", "--append", "-o", str(database), str(copies))[2]
    assert fetched(database, "SELECT id, copy, exchange FROM streams") == [(n, n, n) for n in range(1, 6)]
    of_a_stream = "SELECT stream, count(*) FROM histograms GROUP BY stream"
    assert {number for _, number in fetched(database, of_a_stream)} == {
        len({*fetched(database, "SELECT metric FROM histograms")})
    }


def test_only_what_is_new_or_changed_is_read_again(tmp_path: Path) -> None:
    streams, database = tmp_path / "streams", tmp_path / "kept.sqlite"
    streams.mkdir()
    plain = (RECORDINGS / "gemini" / "plain.jsonl").read_bytes()
    for name in ("a.jsonl", "b.jsonl"):
        (streams / name).write_bytes(plain)
    (streams / "c.jsonl").write_bytes(
        plain + plain.replace(b'"streamkit":1', b'"streamkit":9')
    )  # cannot be read to its end
    again = ["stats", "--format", "sqlite", "--append", "-o", str(database), str(streams)]
    assert "2 streams added" in run(*again)[2]
    assert "0 streams added; 2 unchanged files not read" in run(*again)[2]
    (streams / "b.jsonl").write_bytes(plain.replace(b"2026", b"2027"))
    (streams / "d.jsonl").write_bytes(plain.replace(b"2026", b"2028"))
    assert "2 streams added; 1 unchanged files not read" in run(*again)[2]
    sources = fetched(database, "SELECT path, streams FROM sources")
    assert {(Path(str(path)).name, count) for path, count in sources} == {
        ("a.jsonl", 1),
        ("b.jsonl", 1),
        ("d.jsonl", 1),
    }


def test_columns_that_an_older_database_lacks_are_added(tmp_path: Path) -> None:
    database = tmp_path / "kept.sqlite"
    again = ["stats", "--format", "sqlite", "--append", "-o", str(database)]
    run(*again, str(RECORDINGS / "gemini"))
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("ALTER TABLE sources DROP COLUMN streams")
        connection.execute("ALTER TABLE streams DROP COLUMN time_to_first_token_ns")
    run(*again, str(RECORDINGS / "openai_chat" / "plain.jsonl"))
    assert [row[0] for row in fetched(database, "SELECT streams FROM sources ORDER BY path")] == [None, 1]
    values = fetched(database, "SELECT time_to_first_token_ns FROM streams ORDER BY id")
    assert [value is not None for (value,) in values] == [False, True]


def test_a_new_file_can_be_appended_to_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    run("stats", "--format", "sqlite", "--append", "-o", str(path), str(RECORDINGS / "gemini"))
    assert fetched(path, "SELECT count(*) FROM streams") == [(1,)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [*tmp_path.iterdir()] == [path], "no journal stays"


def test_several_processes_write_the_same(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_jobs, "WORTH_S", 0)
    path = tmp_path / "spread.sqlite"
    run("stats", "--format", "sqlite", "-j", "2", "--task-size", "9000", "-o", str(path), str(RECORDINGS))
    for table in ("streams", "findings", "histograms", "meta"):
        assert fetched(path, f"SELECT * FROM {table}") == fetched(kept, f"SELECT * FROM {table}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "sqlite"], "--format sqlite writes a file: name it with -o"),
        (["--format", "sqlite", "-o", "-"], "--format sqlite writes a file: name it with -o"),
        (["--format", "parquet"], "--format parquet writes a folder: name it with -o"),
        (["--append", "-o", "x"], "--append goes with --format sqlite"),
        (["--format", "sqlite", "-o", "x", "--fail-if", "ttft > 1s"], "--fail-if cannot be used with --format sqlite"),
    ],
)
def test_options_that_do_not_go_together(arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run("stats", *arguments, str(RECORDINGS))


def test_an_existing_file_is_kept_by_default(kept: Path) -> None:
    with pytest.raises(OutputExists):
        run("stats", "--format", "sqlite", "-o", str(kept), str(RECORDINGS / "gemini"))
    run("stats", "--format", "sqlite", "--force", "-o", str(kept), str(RECORDINGS / "gemini"))
    assert fetched(kept, "SELECT count(*) FROM streams") == [(1,)]


def test_parquet_files_hold_the_same_tables(kept: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow: pip install 'llm-streamkit[parquet]'")
    folder = tmp_path / "tables"
    assert "streams written" in run("stats", "--format", "parquet", "-o", str(folder), str(RECORDINGS))[2]
    for table in ("streams", "findings", "histograms"):
        found = parquet.read_table(folder / f"{table}.parquet")
        assert found.schema.metadata[b"streamkit.schema"] == b"1"
        names = ", ".join(f'"{name}"' for name in found.column_names)
        rows = [tuple(row.values()) for row in found.to_pylist()]
        assert sorted(map(repr, rows)) == sorted(map(repr, fetched(kept, f"SELECT {names} FROM {table}")))
    with pytest.raises(OutputExists):
        run("stats", "--format", "parquet", "-o", str(folder), str(RECORDINGS))


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE meta SET value = '2' WHERE key = 'schema'", "a database of version 2, and this streamkit reads up to"),
        ("DROP TABLE meta", "an SQLite database that stats --format sqlite did not write"),
        ("UPDATE histograms SET samples = x'00'", "no database of stats --format sqlite: no samples"),
    ],
)
def test_other_databases_are_refused(kept: Path, statement: str, message: str) -> None:
    with closing(sqlite3.connect(kept)) as database, database:
        database.execute(statement)
    code, _, messages = run("stats", str(kept))
    assert code == 2
    assert message in messages
    if "samples" not in statement:
        with pytest.raises(StreamkitError, match=message):
            run("stats", "--format", "sqlite", "--append", "-o", str(kept), str(RECORDINGS / "gemini"))


@given(st.one_of(st.lists(st.integers(0, 2**62)), st.lists(st.floats(0, allow_nan=False, allow_infinity=False))))
def test_samples_are_exact(values: list[float]) -> None:
    assert unpacked(packed_samples(values)) == values


def test_the_content_is_that_of_the_recording_not_of_the_file(tmp_path: Path) -> None:
    contents = {content_of(exchange) for path in RECORDINGS.rglob("*.jsonl") for exchange in read(path)}
    copies = {content_of(exchange) for path in RECORDINGS.rglob("*.jsonl") for exchange in read(path.read_bytes())}
    assert contents == copies
    assert len(contents) > 15
