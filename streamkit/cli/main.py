"""The command line: one command per file. A new command adds one word here, because its group and place are deliberate.

Commands are imported when they are used. Their one-line summaries in `--help` are the first lines of their files, so
the listing imports none of them.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from itertools import chain
from typing import Any, NoReturn

import click

from streamkit import stdio
from streamkit.errors import CannotWrite, StreamkitError

GROUPS = {
    "Record": ("record", "proxy"),
    "Replay": ("replay", "serve"),
    "Check": ("probe", "lint", "rule", "schema", "diff", "reduce"),
    "Read": ("reassemble", "stats", "inspect"),
    "Change files": ("convert", "redact"),
    "Set up": ("demo", "doctor", "completion"),
}
COMMANDS = tuple(chain.from_iterable(GROUPS.values()))

COMPLETING = "_STREAMKIT_COMPLETE"  # set by the script that `completion` prints
INTERRUPTED = 130
BROKEN_PIPE = 141


class Commands(click.Group):
    """A group whose commands are the modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names, in `--help` order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"streamkit.cli.{cmd_name}").command
        if COMPLETING in os.environ:
            from streamkit.cli._completing import complete_values

            return complete_values(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each group of commands with their summaries, in one column."""
        width = max(map(len, COMMANDS))
        for heading, names in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), _summary(name)) for name in names])

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Parse the arguments. `--help` and `--version` write their output here, so a pipe may break."""
        try:
            return super().make_context(*args, **more)
        except BrokenPipeError:
            raise click.exceptions.Exit(BROKEN_PIPE) from None

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. A broken pipe has its own exit code: click's is 1, which would mean findings here."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise click.exceptions.Exit(BROKEN_PIPE) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but suggest the closest name for an unknown command."""
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
    """Run the command line and exit with its exit code.

    0 success, 1 findings or an incomplete exchange, 2 usage error, unreadable input or unwritable output, 130
    interrupted, 141 (a shell's code for SIGPIPE) if the reader of a pipe went away.
    """
    stdio.prepare()
    options: dict[str, str] = {}
    try:
        code = _run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        code = BROKEN_PIPE
    except CannotWrite as error:
        _complain(str(error), options)
        code = error.exit_code
    sys.exit(code)


def _run(options: dict[str, str]) -> int:
    """Run the command line and return its exit code. Its color options are stored in `chosen`. Raises errors of stdout."""
    try:
        return streamkit.main(prog_name="streamkit", standalone_mode=False, obj=options) or 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        _show(error, options)
        return error.exit_code if error.exit_code != 1 else 2
    except StreamkitError as error:
        _complain(str(error), options)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as stop:
        if isinstance(stop.__cause__, EOFError):  # click treats it as Ctrl-D at a prompt, but there are no prompts
            raise stop.__cause__ from None
        return INTERRUPTED


def _complain(text: str, options: dict[str, str]) -> None:
    from streamkit.cli.options import COLOR, Console
    from streamkit.text import one_line

    Console(color=options.get(COLOR, "auto")).complain(one_line(text))


def _show(error: click.ClickException, options: dict[str, str]) -> None:
    """Write a click error as click does, with our colors in its last line."""
    from streamkit.cli.options import COLOR, Console
    from streamkit.text import safe_text

    buffer = io.StringIO()
    error.show(file=buffer)
    usage, mark, message = safe_text(buffer.getvalue()).rpartition("Error: ")
    paint = Console(color=options.get(COLOR, "auto")).talk
    click.echo(f"{usage}{paint('error', mark.rstrip())} {message}", nl=False, err=True, color=True)


def _summary(name: str) -> str:
    # Not pathlib: importing it would take a tenth of the time of `--help`.
    with open(os.path.join(os.path.dirname(__file__), f"{name}.py"), encoding="utf-8") as file:
        return file.readline().strip().strip('"')
