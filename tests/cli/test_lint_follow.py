"""`lint --follow`: findings in a folder of recordings as each exchange ends."""

from __future__ import annotations

import json
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


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What happens while `lint` sleeps, one step at a time; after the last one Ctrl-C is pressed."""

    def planned(*steps: Callable[[], object]) -> None:
        left = iter(steps)

        def sleep(_: float) -> None:
            step = next(left, None)
            if step is None:
                raise KeyboardInterrupt
            step()

        monkeypatch.setattr("time.sleep", sleep)

    return planned


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


@pytest.mark.parametrize(
    "words", [[], ["a", "b"], ["a", "--format", "sarif"], ["a", "--fix"], ["nowhere"]], ids=" ".join
)
def test_what_cannot_be_followed(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    error = run("--follow", *words).exception
    assert isinstance(error, StreamkitError)
    assert error.exit_code == 2
