"""The options that every command takes, so that scripts can pass the same ones to all of them."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from streamkit.cli.main import COMMANDS, streamkit
from tests.clicking import CliRunner, Result

PLAIN = str(Path(__file__).parents[2] / "recordings" / "openai_chat" / "plain.jsonl")


def run(*words: str) -> Result:
    return CliRunner().invoke(streamkit, list(words))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_the_output_options(name: str) -> None:
    command = streamkit.get_command(click.Context(streamkit), name)
    assert command is not None
    taken = {word for parameter in command.params for word in parameter.opts}
    assert {"-q", "--quiet", "-v", "--verbose", "--color"} <= taken


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_shows_an_example(name: str) -> None:
    command = streamkit.get_command(click.Context(streamkit), name)
    assert command is not None
    assert f"  streamkit {name}" in command.get_help(click.Context(command, info_name=name))


@pytest.mark.parametrize("option", ["--input-format", "--form"])
def test_the_input_format_has_an_older_name(option: str) -> None:
    assert "unknown format 'nonsense'" in run("lint", option, "nonsense", PLAIN).stderr
    assert "No findings" in run("lint", option, "recording", PLAIN).output


@pytest.mark.parametrize("command", ["convert", "diff", "inspect", "lint", "reassemble", "reduce", "replay", "stats"])
def test_the_older_name_is_not_shown(command: str) -> None:
    shown = run(command, "--help").output
    assert "--input-format NAME" in shown
    assert "--form " not in shown
