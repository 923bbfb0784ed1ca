"""The progress bar: on stderr, after a second, only on a terminal, and removed when the work is done."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from streamkit.cli import progress
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console
from streamkit.model.recording import write
from tests.metrics.making import exchange, plain


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(line for _ in range(3) for line in write(exchange(plain(4)))))
    return [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl"), str(tmp_path / "absent.jsonl")]


def shown(
    monkeypatch: pytest.MonkeyPatch, paths: list[str], seconds: float, *, late: bool = True, quiet: bool = False
) -> str:
    """Return what a terminal receives on stderr if every stream takes this many seconds."""
    now = iter(range(1000))
    monkeypatch.setattr(progress, "Progress", lambda given: Progress(given, lambda: next(now) * seconds))
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert len(list(Inputs(paths, Console(quiet=quiet), late=late).exchanges())) == 6
    return sys.stderr.getvalue()  # type: ignore[attr-defined]


Progress = progress.Progress


def test_slow_work_has_a_bar_that_moves_and_disappears(monkeypatch: pytest.MonkeyPatch, paths: list[str]) -> None:
    output = shown(monkeypatch, paths, 0.6)
    assert "reading  [" in output
    assert "4 streams" in output
    parts = [int(part.split("%")[0].split()[-1]) for part in output.split("\r") if "%" in part]
    assert parts == sorted(parts)
    assert 0 < parts[0] < 50 < parts[-1] <= 100
    # The bar is cleared before anything else is printed.
    assert output.endswith(f"\r\x1b[K\x1b[?25hstreamkit: {paths[2]}: no such file\n")


def test_an_interrupt_restores_the_cursor(monkeypatch: pytest.MonkeyPatch, paths: list[str]) -> None:
    now = iter(range(1000))
    monkeypatch.setattr("streamkit.cli.progress.Progress", lambda given: Progress(given, lambda: next(now) * 2.0))
    monkeypatch.setattr(sys, "stderr", Terminal())
    reading = Inputs(paths, Console(), late=True).exchanges()
    next(reading)
    reading.close()
    assert sys.stderr.getvalue().endswith("\x1b[?25h")  # type: ignore[attr-defined]


def test_quick_work_has_no_bar(monkeypatch: pytest.MonkeyPatch, paths: list[str]) -> None:
    assert shown(monkeypatch, paths, 0.001) == f"streamkit: {paths[2]}: no such file\n"


def test_output_to_the_terminal_or_quiet_has_no_bar(monkeypatch: pytest.MonkeyPatch, paths: list[str]) -> None:
    assert "reading" not in shown(monkeypatch, paths, 0.6, late=False)
    assert "reading" not in shown(monkeypatch, paths, 0.6, quiet=True)


def lines(monkeypatch: pytest.MonkeyPatch, paths: list[str], seconds: float) -> list[str]:
    """Return what a log receives on stderr if every stream takes this many seconds."""
    now = iter(range(1000))
    made = progress.ProgressLines
    monkeypatch.setattr("streamkit.cli.progress.ProgressLines", lambda given: made(given, lambda: next(now) * seconds))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert len(list(Inputs(paths, Console()).exchanges())) == 6
    return sys.stderr.getvalue().splitlines()  # type: ignore[attr-defined]


def test_a_log_has_a_line_every_ten_seconds(monkeypatch: pytest.MonkeyPatch, paths: list[str]) -> None:
    *progress, _ = lines(monkeypatch, paths, 6)
    assert [line.split(",")[1] for line in progress] == [" 2 streams", " 4 streams", " 6 streams"]
    assert all(line.startswith("streamkit: reading: ") and "s left" in line for line in progress)


def test_a_log_of_quick_work_has_no_lines(monkeypatch: pytest.MonkeyPatch, paths: list[str]) -> None:
    assert lines(monkeypatch, paths, 1) == [f"streamkit: {paths[2]}: no such file"]
