"""The command line: one command a file. A new command costs one word here, because their order is design.

Commands are imported when they are used. Their one-line summaries for `--help` are the first lines of their files, so
that the listing imports none of them.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from typing import Any, NoReturn

import click

from streamkit import stdio
from streamkit.errors import CannotWrite, StreamkitError

COMMANDS = (
    "record",
    "replay",
    "serve",
    "proxy",
    "lint",
    "rule",
    "reassemble",
    "stats",
    "inspect",
    "convert",
    "diff",
    "reduce",
    "redact",
    "schema",
    "demo",
)

INTERRUPTED = 130
BROKEN_PIPE = 141


class Commands(click.Group):
    """A group whose commands are the files beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands that there are, in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"streamkit.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command with its summary."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _summary(name)) for name in self.list_commands(ctx)])

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Read the words; `--help` and `--version` are answered here, so a pipe may break."""
        try:
            return super().make_context(*args, **more)
        except BrokenPipeError:
            raise click.exceptions.Exit(BROKEN_PIPE) from None

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. A pipe that breaks has its own code: click's is 1, which here would mean findings."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise click.exceptions.Exit(BROKEN_PIPE) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name where there is no such command."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"No such command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(None, "-V", "--version", package_name="llm-streamkit", prog_name="streamkit")
def streamkit() -> None:
    """Record, replay, lint, reassemble and measure the event streams of LLM APIs.

    \b
    Try it, without a key or a network:
      streamkit demo
    """


def main() -> NoReturn:
    """Run the command line and leave with its exit code.

    0 fine, 1 findings or an incomplete exchange, 2 usage, unreadable input or output that cannot be written,
    130 interrupted; a reader that closed the pipe ends it quietly, with the code that a shell gives for SIGPIPE.
    """
    stdio.prepare()
    chosen: dict[str, str] = {}
    try:
        code = _run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:
        code = BROKEN_PIPE
    except CannotWrite as error:
        _complain(str(error), chosen)
        code = error.exit_code
    sys.exit(code)


def _run(chosen: dict[str, str]) -> int:
    """The exit code of the command line. `chosen` is filled with what it says of color. Raises what stdout raises."""
    try:
        return streamkit.main(prog_name="streamkit", standalone_mode=False, obj=chosen) or 0
    except click.exceptions.Exit as wanted:
        return wanted.exit_code
    except click.ClickException as error:
        _show(error, chosen)
        return error.exit_code if error.exit_code != 1 else 2
    except StreamkitError as error:
        _complain(str(error), chosen)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED


def _complain(text: str, chosen: dict[str, str]) -> None:
    from streamkit.cli.options import COLOR, Console
    from streamkit.text import one_line

    Console(color=chosen.get(COLOR, "auto")).complain(one_line(text))


def _show(error: click.ClickException, chosen: dict[str, str]) -> None:
    """Write an error of click's as click does, its last line in our colors."""
    from streamkit.cli.options import COLOR, Console
    from streamkit.text import safe_text

    written = io.StringIO()
    error.show(file=written)
    usage, mark, message = safe_text(written.getvalue()).rpartition("Error: ")
    paint = Console(color=chosen.get(COLOR, "auto")).talk
    click.echo(f"{usage}{paint('error', mark.rstrip())} {message}", nl=False, err=True, color=True)


def _summary(name: str) -> str:
    # Without pathlib: importing it would be a tenth of the time that `--help` takes.
    with open(os.path.join(os.path.dirname(__file__), f"{name}.py"), encoding="utf-8") as file:
        return file.readline().strip().strip('"')
