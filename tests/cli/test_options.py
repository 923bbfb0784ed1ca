"""What every command takes, whether it has much to say or not: a script gives the same words to all of them."""

from __future__ import annotations

import click
import pytest

from streamkit.cli.main import COMMANDS, streamkit


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_the_options_of_talk(name: str) -> None:
    command = streamkit.get_command(click.Context(streamkit), name)
    assert command is not None
    taken = {word for parameter in command.params for word in parameter.opts}
    assert {"-q", "--quiet", "-v", "--verbose", "--color"} <= taken


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_shows_an_example(name: str) -> None:
    command = streamkit.get_command(click.Context(streamkit), name)
    assert command is not None
    assert f"  streamkit {name}" in command.get_help(click.Context(command, info_name=name))
