"""Print a script that lets a shell complete commands, options, rules, metrics and files."""

from __future__ import annotations

import click

from streamkit.cli._groups import GroupedCommand
from streamkit.cli._output import CommandOutput
from streamkit.cli.options import Console, talk_options


@click.command("completion", cls=GroupedCommand)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@talk_options
def command(shell: str, console: Console) -> int:
    """Print a script that lets a shell complete commands, options, rules, metrics and files.

    Add the first line to ~/.bashrc or the second to ~/.zshrc, or write the third file:

    \b
    Examples:
      source <(streamkit completion bash)
      source <(streamkit completion zsh)
      streamkit completion fish > ~/.config/fish/completions/streamkit.fish
    """
    from click.shell_completion import get_completion_class

    from streamkit.cli.main import COMPLETING

    kind = get_completion_class(shell)
    assert kind is not None
    root = click.get_current_context().find_root().command
    CommandOutput(console=console).text(kind(root, {}, "streamkit", COMPLETING).source())
    return 0
