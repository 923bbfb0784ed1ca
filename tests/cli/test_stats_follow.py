"""`stats --follow`: a line per stream as it ends, and the summary of all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from streamkit.cli.main import streamkit
from streamkit.errors import StreamkitError
from tests.clicking import CliRunner, Result

RECORDINGS = Path(__file__).parents[2] / "recordings" / "openai_chat"
CUT = (RECORDINGS / "cut-off.jsonl").read_bytes()
PLAIN = (RECORDINGS / "plain.jsonl").read_bytes()
SLOW = (RECORDINGS / "slow-start.jsonl").read_bytes()


def run(*words: str) -> Result:
    return CliRunner().invoke(streamkit, ["stats", "--no-config", "--follow", *words], standalone_mode=False)


def test_a_line_a_stream_and_the_summary_at_the_end(tmp_path: Path, steps: Callable[..., None]) -> None:
    live = tmp_path / "live.jsonl"
    live.write_bytes(PLAIN[:-30])
    steps(lambda: live.write_bytes(PLAIN + CUT), lambda: (tmp_path / "late.jsonl").write_bytes(SLOW))
    done = run("--metrics", "ttft,gap", str(tmp_path))
    assert isinstance(done.exception, click.Abort)
    lines = done.stdout.splitlines()
    assert lines[:4] == [
        f"{live}  complete  TTFT 85.1 ms  Gap p50 27.9 ms",
        f"{live}#2  truncated  TTFT 94.4 ms  Gap p50 28.1 ms",
        f"{tmp_path / 'late.jsonl'}  complete  TTFT 458 ms  Gap p50 28.0 ms",
        "In all: 3 streams: 2 complete, 1 truncated",
    ]
    assert "Means with 95 % intervals: TTFT 271 ms" in done.stdout


def test_rows_of_json(tmp_path: Path, steps: Callable[..., None]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(PLAIN)
    steps(lambda: path.write_bytes(PLAIN + CUT))
    rows = [json.loads(line) for line in run("--format", "jsonl", str(path)).stdout.splitlines()]
    assert [(row["exchange"], row["outcome"]) for row in rows] == [(1, "complete"), (2, "truncated")]
    assert rows[0]["metrics"]["output_tokens"] == 19


def test_a_terminal_has_the_newest_summary_below(
    tmp_path: Path, steps: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamkit.cli._output.stdout_is_terminal", lambda: True)
    path = tmp_path / "a.jsonl"
    path.write_bytes(PLAIN)
    steps(lambda: path.write_bytes(PLAIN + SLOW))
    shown = run("--metrics", "ttft", "--color", "never", str(path)).stdout
    before, height, after = re.split(r"\x1b\[(\d+)F\x1b\[J", shown)
    assert int(height) == len(before.splitlines()) - 1
    assert before.splitlines()[:2] == [f"{path}  complete  TTFT 85.1 ms", "In all: 1 stream: 1 complete"]
    assert after.splitlines()[:2] == [f"{path}#2  complete  TTFT 458 ms", "In all: 2 streams: 2 complete"]
    assert after.count("In all") == 1


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["a", "b"],
        ["a", "--format", "csv"],
        ["a", "--fail-if", "ttft > 1s"],
        ["a", "--definitions"],
        ["a", "--compare", "b"],
        ["a", "--html", "b"],
        ["nowhere"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_followed(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    error = run(*words).exception
    assert isinstance(error, StreamkitError)
    assert error.exit_code == 2
