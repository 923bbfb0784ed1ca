"""`streamkit stats` as a user runs it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest

from streamkit.cli.main import streamkit
from streamkit.model.exchange import Exchange
from streamkit.model.recording import write
from streamkit.text import width
from tests.clicking import CliRunner, Result
from tests.metrics.making import ROLE, chunk, exchange, plain, text


def run(*arguments: str, **options: Any) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(streamkit, ["stats", *arguments], standalone_mode=False, **options)


def recording(path: Path, exchanges: Iterable[Exchange]) -> str:
    path.write_bytes(b"".join(line for one in exchanges for line in write(one)))
    return str(path)


@pytest.fixture
def one(tmp_path: Path) -> str:
    return recording(tmp_path / "one.jsonl", [exchange(plain(10), end=291)])


@pytest.fixture
def three(tmp_path: Path) -> str:
    cut = exchange([(20, ROLE), (150, text("hm")), (190, text(" so"))], end=200)
    return recording(tmp_path / "three.jsonl", [exchange(plain(10)), exchange(plain(30, gap=10)), cut])


def test_one_stream_is_a_card(one: str) -> None:
    shown = run(one).output
    assert "complete" in shown.split("\n")[0]
    assert "openai_chat" in shown.split("\n")[1]
    for line in ("Time to first token   ", "100 ms", "Operation duration", "291 ms", "Output tokens  ", "usage"):
        assert line in shown
    assert "Gap  9  20.0 ms  20.0 ms" in shown


def test_many_streams_are_a_table_and_their_distributions(three: str) -> None:
    shown = run(three).output
    assert "three.jsonl#2" in shown
    assert "In all: 3 streams: 2 complete, 1 truncated" in shown
    row = next(line for line in shown.split("\n") if line.startswith("TTFT"))
    assert " ".join(row.replace(" ms", "").split()) == "TTFT 2 100 100 100 100 100 100 100"
    assert "Success 67 % (2 of 3; 95 % interval 21 % to 94 %)." in shown
    assert "Not in the distributions below:\n  1  truncated: the terminal event never came" in shown
    assert "no-usage" in shown
    assert max(map(len, shown.split("\n"))) <= 80


def test_json_is_the_documented_contract(three: str) -> None:
    document = orjson.loads(run("--format", "json", three).output)
    assert set(document) == {"version", "streams", "summary"}
    assert document["version"] == 1
    first, _, cut = document["streams"]
    assert {"file", "exchange", "api", "dialect", "model", "verdict", "metrics", "missing"} <= set(first)
    assert first["metrics"]["time_to_first_token_ns"] == 100_000_000
    gaps = first["metrics"]["inter_chunk_gap_ns"]
    assert list(gaps) == ["n", "min", "mean", "p50", "p90", "p95", "p99", "max"]
    assert gaps == {"n": 9} | dict.fromkeys(list(gaps)[1:], 20_000_000)
    assert cut["verdict"] == "truncated"
    assert cut["metrics"]["output_tokens"] is None
    assert cut["missing"]["output_tokens"] == "no-usage"
    assert document["summary"]["streams"] == 3
    assert document["summary"]["metrics"]["output_tokens"]["n"] == 2
    for row in document["streams"]:
        for key, value in row["metrics"].items():
            assert (value is None) == (key in row["missing"])
            if key.endswith("_ns") and isinstance(value, dict):
                assert all(type(number) is int for number in value.values())
            elif key.endswith("_ns"):
                assert value is None or type(value) is int


def test_csv_has_one_line_per_stream_and_no_formulas(tmp_path: Path) -> None:
    hostile = [(at, data.replace("m-1", "=cmd|'/c calc'!A1")) for at, data in plain(3)]
    shown = run("--format", "csv", recording(tmp_path / "a.jsonl", [exchange(hostile)])).output
    (row,) = csv.DictReader(io.StringIO(shown))
    assert row["model"] == "'=cmd|'/c calc'!A1"
    assert row["time_to_first_token_ns"] == "100000000"
    assert row["inter_chunk_gap_ns.p50"] == "20000000"
    assert row["reasoning_tokens"] == ""


def test_markdown_is_escaped(tmp_path: Path) -> None:
    name = "a|b <img src=x> [x](y).jsonl"
    shown = run("--format", "markdown", recording(tmp_path / name, [exchange(plain(3))])).output
    row = next(line for line in shown.split("\n") if "a\\|b" in line)
    assert "\\<img" in row
    assert "\\[x\\]\\(y\\)" in row


def test_a_terminal_receives_no_control_characters(tmp_path: Path) -> None:
    hostile = [(at, data.replace("m-1", "m\\u001b]52;c;eA==\\u0007\\u202e")) for at, data in plain(3)]
    shown = run(recording(tmp_path / "a.jsonl", [exchange(hostile)])).output
    assert "m\\x1b]52;c;eA==\\x07\\u202e" in shown
    assert "\x1b" not in shown


def test_explain_shows_formulas_and_reasons(three: str) -> None:
    shown = run("--explain", three).output
    assert "Formula: at(first content chunk) − at(request)" in shown
    assert "missing in 1 of 3 here, no-usage: the stream reports no usage" in shown


def test_metrics_by_alias(one: str) -> None:
    document = orjson.loads(run("--format", "json", "--metrics", "ttft,gap", one).output)
    assert set(document["streams"][0]["metrics"]) == {"time_to_first_token_ns", "inter_chunk_gap_ns"}


def test_a_log_without_times_has_a_dash_for_every_duration(tmp_path: Path) -> None:
    log = tmp_path / "log.sse"
    log.write_text("".join(f"data: {data}\n\n" for _, data in plain(4)))
    shown = run(str(log)).output
    for line in shown.split("\n"):
        if line.startswith("  Time to"):
            assert line.split("  ")[-1 if "    " not in line else 1] is not None
            assert " - " in line or line.endswith(" -"), line
    assert "no-times: the log holds no arrival times" in shown
    assert "Chunks" in shown


def test_an_error_is_one_line_and_the_rest_is_done(one: str, tmp_path: Path) -> None:
    result = run(str(tmp_path / "absent.jsonl"), one)
    assert result.return_value == 2
    assert "Time to first token" in result.output
    assert "absent.jsonl: no such file" in result.stderr


def test_an_unknown_metric_suggests_the_closest(one: str) -> None:
    result = run("--metrics", "time_to_first_tokn", one)
    assert "did you mean 'time_to_first_token'" in str(result.exception)


def test_the_first_log_of_the_shared_folder(shared: Path) -> None:
    (path,) = shared.glob("seeds/000_*")
    (row,) = orjson.loads(run("--format", "json", str(path)).output)["streams"]
    assert (row["metrics"]["events"], row["metrics"]["chunks"], row["metrics"]["content_chunks"]) == (73, 72, 70)
    assert {key for key, value in row["metrics"].items() if key.endswith("_ns") and value is not None} == set()


def test_several_choices_are_distinguished(tmp_path: Path) -> None:
    events = [(at, chunk({"content": "w"}, index=at // 5 % 2)) for at in range(100, 160, 5)]
    ends = [(161.0, chunk(finish="stop")), (162.0, chunk(finish="stop", index=1)), (162.0, "[DONE]")]
    path = recording(tmp_path / "two.jsonl", [exchange([*events, *ends])])
    (row,) = orjson.loads(run("--format", "json", path).output)["streams"]
    gaps = {"n": 5} | dict.fromkeys(("min", "mean", "p50", "p90", "p95", "p99", "max"), 10_000_000)
    assert row["choices"] == [
        {
            "choice": number,
            "content_chunks": 6,
            "time_to_first_token_ns": first,
            "time_to_last_token_ns": first + 50_000_000,
            "inter_chunk_gap_ns": gaps,
        }
        for number, first in ((0, 100_000_000), (1, 105_000_000))
    ]
    assert "choice 1        6  105 ms  155 ms  10.0 ms  10.0 ms" in run(path).output


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    recordings = Path(__file__).parents[2] / "recordings"
    shown = (
        CliRunner()
        .invoke(streamkit, ["stats", str(recordings)], standalone_mode=False, env={"COLUMNS": str(columns)})
        .stdout
    )
    assert [line for line in shown.splitlines() if width(line) > columns] == []
    assert "Success" in shown and "In all" in shown
