"""The command line as a whole: help, exit codes, pipes, and start-up cost."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from streamkit.cli.main import COMMANDS, streamkit
from tests.clicking import CliRunner

ROOT = Path(__file__).parents[2]
THERE = [name for name in COMMANDS if (ROOT / "streamkit" / "cli" / f"{name}.py").exists()]
PLAIN = str(ROOT / "recordings" / "openai_chat" / "plain.jsonl")


def run(*words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "streamkit", *words], input=stdin, capture_output=True, text=True, cwd=ROOT
    )


@pytest.mark.parametrize("name", THERE)
def test_a_command_is_listed_documented_and_shows_an_example(name: str) -> None:
    listed = CliRunner().invoke(streamkit, ["--help"]).output
    shown = CliRunner().invoke(streamkit, [name, "--help"])
    assert f"\n  {name} " in listed
    assert shown.exit_code == 0
    assert "Example" in shown.output
    assert f"streamkit {name}" in shown.output
    assert (ROOT / "docs" / f"{name}.md").exists()


@pytest.mark.parametrize("name", THERE)
def test_every_option_has_help(name: str) -> None:
    import click

    command = streamkit.get_command(click.Context(streamkit), name)
    assert command is not None
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help, f"{name} {parameter.opts}"


def test_starting_up_imports_nothing_that_only_one_command_needs() -> None:
    code = "import sys, streamkit.cli.main as m\ntry: m.streamkit(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules, file=sys.stderr)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT).stderr.split()
    assert "click" in loaded
    assert not {"aiohttp", "asyncio", "tabulate", "orjson", "yaml", "streamkit.apis", "streamkit.rules"} & set(loaded)


def test_an_unknown_command_suggests_the_closest() -> None:
    ran = run("stat")
    assert ran.returncode == 2
    assert "No such command 'stat'. Did you mean 'stats'?" in ran.stderr


def test_a_missing_file_is_one_line_and_exit_2() -> None:
    ran = run("reassemble", "nowhere.jsonl")
    assert ran.returncode == 2
    assert ran.stderr.count("\n") == 1
    assert "nowhere.jsonl" in ran.stderr


def test_one_bad_input_does_not_stop_the_rest() -> None:
    ran = run("reassemble", "--text", "nowhere.jsonl", PLAIN)
    assert ran.returncode == 2
    assert "Streams are rivers" in ran.stdout


def test_stdin_is_read_when_it_is_piped() -> None:
    ran = run("reassemble", "--text", stdin=Path(PLAIN).read_text())
    assert ran.returncode == 0
    assert "Streams are rivers" in ran.stdout


def test_a_closed_pipe_ends_it_quietly() -> None:
    words = [sys.executable, "-m", "streamkit", "inspect", *[PLAIN] * 200]  # more than a pipe holds
    ran = subprocess.run(
        f"{shlex.join(words)} | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert ran.returncode == 141
    assert not ran.stderr


def test_an_unexpected_end_of_a_file_is_not_taken_for_an_interrupt() -> None:
    """click takes every EOFError, even one of a damaged module, for Ctrl-D, and would end without a word."""
    code = (
        "import streamkit.cli.main as m\n"
        "def command(*_): raise EOFError('marshal data too short')\n"
        "m.Commands.get_command = command\n"
        "m.main()"
    )
    ran = subprocess.run([sys.executable, "-c", code, "lint"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert ran.returncode == 1
    assert ran.stderr.endswith("EOFError: marshal data too short\n")
