"""Completion in shells: the script, and what it offers for each kind of value."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from streamkit.cli.main import COMPLETING, streamkit
from tests.clicking import CliRunner

OFFERED = {
    "commands": ("st", {"stats"}),
    "options": ("lint --sel", {"--select"}),
    "codes of rules": ("lint --select SEQ410", {"SEQ410"}),
    "codes after a comma": ("lint --ignore SCH301,SEQ41", {"SCH301,SEQ410", "SCH301,SEQ411"}),
    "names of rules": ("rule missing-fin", {"missing-finish"}),
    "metrics and their aliases": ("stats --metrics ttft", {"ttft"}),
    "a metric in a gate": ("stats --fail-if time_to_first_t", {"time_to_first_token"}),
    "faults": ("serve --fault cu", {"cut"}),
    "APIs": ("lint --api openai_c", {"openai_chat", "openai_completions"}),
    "dialects": ("lint --dialect groq", {"groq"}),
    "formats to read": ("stats --input-format gist", {"gist-log"}),
    "formats to write": ("convert --to h", {"har"}),
    "formats of reports": ("stats --format js", {"json", "jsonl"}),
    "values of a choice": ("lint --fail-on w", {"warning"}),
    "shells": ("completion f", {"fish"}),
}


def complete(line: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The kind and value of each completion of the last word."""
    monkeypatch.setenv("COMP_WORDS", f"streamkit {line}")
    monkeypatch.setenv("COMP_CWORD", str(len(line.split())))
    monkeypatch.setenv(COMPLETING, "bash_complete")
    result = CliRunner().invoke(streamkit, prog_name="streamkit", complete_var=COMPLETING)
    return [(kind, value) for kind, _, value in (one.partition(",") for one in result.stdout.splitlines())]


@pytest.mark.parametrize(("line", "expected"), OFFERED.values(), ids=OFFERED)
def test_values_are_completed(line: str, expected: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    offered = complete(line, monkeypatch)
    assert {kind for kind, _ in offered} == {"plain"}
    assert expected <= {value for _, value in offered}
    assert all(value.lower().startswith(line.split()[-1].lower()) for _, value in offered)


@pytest.mark.parametrize("line", ["lint re", "diff a.jsonl b", "stats --html re", "lint --baseline b", "reduce s"])
def test_paths_are_left_to_the_shell(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [kind for kind, _ in complete(line, monkeypatch)] == ["file"]


def test_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [kind for kind, _ in complete("proxy --dir re", monkeypatch)] == ["dir"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell(shell: str) -> None:
    result = CliRunner().invoke(streamkit, ["completion", shell])
    assert f"{COMPLETING}={shell}_complete" in result.stdout
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=result.stdout, text=True, check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_with_it(tmp_path: Path) -> None:
    command = tmp_path / "streamkit"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m streamkit "$@"\n')
    command.chmod(0o755)
    script = (
        "source <(streamkit completion bash)\nCOMP_WORDS=(streamkit lint --select SEQ41) COMP_CWORD=3\n"
        '_streamkit_completion streamkit\necho "${COMPREPLY[@]}"'
    )
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    shown = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=True).stdout
    assert shown.split()[:2] == ["SEQ410", "SEQ411"]
