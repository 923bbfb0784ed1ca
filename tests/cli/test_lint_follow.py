"""`lint --follow`: findings in a folder of recordings as each exchange ends."""

from __future__ import annotations

import json
import tracemalloc
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


def run(*words: str) -> Result:
    return CliRunner().invoke(streamkit, ["lint", "--no-config", "--select", "SEQ410", *words], standalone_mode=False)


def test_findings_are_reported_as_exchanges_end(tmp_path: Path, steps: Callable[..., None]) -> None:
    live, late = tmp_path / "live.jsonl", tmp_path / "deep" / "late.jsonl"
    live.write_bytes(CUT[:-30])
    (tmp_path / "notes.jsonl").write_text('{"a":1}\n')
    (tmp_path / "other.txt").write_bytes(CUT)

    def end_live() -> None:
        live.write_bytes(CUT + PLAIN)

    def start_late() -> None:
        late.parent.mkdir()
        late.write_bytes(PLAIN + CUT)

    steps(end_live, start_late)
    done = run("--follow", "--format", "jsonl", str(tmp_path))
    assert isinstance(done.exception, click.Abort)
    assert done.stderr.startswith(f"following {tmp_path}: ")
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(Path(one["file"]).name, one["exchange"], one["code"]) for one in shown] == [
        ("live.jsonl", 1, "SEQ410"),
        ("late.jsonl", 2, "SEQ410"),
    ]


def test_one_line_per_finding(tmp_path: Path, steps: Callable[..., None]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(CUT)
    steps()
    lines = run("--follow", str(tmp_path)).stdout.splitlines()
    assert lines == [f"{path}:11: SEQ410 error: no chunk carries a finish_reason for choice 0"]


def test_an_exchange_without_an_end_is_reported_when_the_next_begins(
    tmp_path: Path, steps: Callable[..., None]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(CUT[: CUT.rindex(b'{"type":"end"')] + PLAIN)
    steps()
    assert "SEQ410" in run("--follow", str(path)).stdout


ENDLESS = CUT[: CUT.rindex(b'{"type":"end"')] + b"".join(
    b'{"type":"frame","at":%d,"text":": ping\\n\\n"}\n' % (10**12 + number) for number in range(2_000)
)
END = CUT[CUT.rindex(b'{"type":"end"') :]


def test_an_exchange_beyond_the_limit_is_read_in_part_and_the_next_as_a_whole(
    tmp_path: Path, steps: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamkit.cli._following.LARGEST_EXCHANGE", 100_000)
    path = tmp_path / "a.jsonl"
    path.write_bytes(ENDLESS + END + CUT)
    steps()
    done = run("--follow", "--select", "REC", "--format", "jsonl", str(path))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["exchange"], one["code"]) for one in found] == [(1, "REC008"), (1, "SEQ410"), (2, "SEQ410")]


def test_a_line_beyond_the_limit_is_skipped(
    tmp_path: Path, steps: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamkit.cli._following.LONGEST_LINE", 10_000)
    monkeypatch.setattr("streamkit.cli._following._READ", 4_000)
    path = tmp_path / "a.jsonl"
    lines = CUT.splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], b'{"type":"frame","text":"%s"}\n' % (b"x" * 20_000), *lines[3:]]))
    steps(*[lambda: None] * 10)
    long, cut = run("--follow", "--select", "REC", str(path)).stdout.splitlines()
    assert long.startswith(f"{path}:4: REC005 warning: a line longer than 32 MiB, which is skipped: ")
    assert cut == f"{path}:12: SEQ410 error: no chunk carries a finish_reason for choice 0"


def peak_of(work: Callable[[], object]) -> int:
    """The most bytes of Python objects that exist at a time while this runs, in addition to those before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("many", [False, True], ids=["one exchange", "many exchanges"])
def test_memory_does_not_grow_with_what_is_appended(
    tmp_path: Path, steps: Callable[..., None], monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    monkeypatch.setattr("streamkit.cli._following.LARGEST_EXCHANGE", 100_000)
    monkeypatch.setattr("streamkit.cli._following._READ", 50_000)
    piece = ENDLESS + END if many else ENDLESS
    path = tmp_path / "a.jsonl"

    def followed(times: int) -> int:
        path.write_bytes(piece * times if many else ENDLESS + ENDLESS[len(CUT) :] * (times - 1))
        steps(*[lambda: None] * (times * len(piece) // 50_000 + 2))
        return peak_of(lambda: run("--follow", str(path)))

    followed(1)
    assert followed(8) < 1.5 * followed(2)


@pytest.mark.parametrize(
    "words", [[], ["a", "b"], ["a", "--format", "sarif"], ["a", "--fix"], ["nowhere"]], ids=" ".join
)
def test_what_cannot_be_followed(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    error = run("--follow", *words).exception
    assert isinstance(error, StreamkitError)
    assert error.exit_code == 2
