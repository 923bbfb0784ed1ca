"""Options that several commands share, and the console for their messages."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TextIO, TypeVar

import click

from streamkit.frozen import dataclass
from streamkit.palette import Palette
from streamkit.patterns import pattern
from streamkit.text import one_line, without_commands

Function = TypeVar("Function", bound=Callable[..., Any])


COLOR = "color"
_FORCING = ("FORCE_COLOR", "CLICOLOR_FORCE")
COLOR_VARIABLES = ("NO_COLOR", *_FORCING)
_END_OF_LEAD = pattern(": | · ")


@dataclass(frozen=True, slots=True)
class Console:
    """Writes a command's messages to stderr. Data goes to stdout and does not pass through here."""

    quiet: bool = False
    verbose: bool = False
    color: str = "auto"

    def say(self, text: str, role: str = "head") -> None:
        """Write a message unless `quiet`. Everything before the first `: ` or ` · ` gets the color of `role`."""
        if not self.quiet:
            text = _message(text)
            end = _END_OF_LEAD.search(text)
            index = end.start() if end else len(text)
            _to_stderr(self.talk(role, text[:index]) + text[index:])

    def detail(self, text: str) -> None:
        """Write a message if `verbose`."""
        if self.verbose:
            self.say(text)

    def complain(self, text: str) -> None:
        """Write an error message, even if `quiet`."""
        _to_stderr(f"{self.talk('error', 'streamkit:')} {_message(text)}")

    @property
    def talk(self) -> Palette:
        """The colors of stderr."""
        return Palette(colored(self.color, sys.stderr))

    @property
    def paint(self) -> Palette:
        """The colors of text on stdout."""
        return Palette(colored(self.color, sys.stdout))

    @property
    def paint_data(self) -> Palette:
        """The colors of data on stdout: environment variables never force color on output that programs read."""
        return Palette(colored(self.color, sys.stdout, data=True))


def colored(choice: str, stream: TextIO | None, *, data: bool = False) -> bool:
    """Return whether `stream` gets color: decided by `--color`, NO_COLOR, FORCE_COLOR or CLICOLOR_FORCE, or the terminal, in order.

    A variable counts if it is set and not empty; FORCE_COLOR and CLICOLOR_FORCE are ignored if they are `0`. They do not
    apply to `data` (JSON, a document), which would be corrupted in every pipe of a CI job that sets them.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if not data and any(os.environ.get(name, "") not in ("", "0") for name in _FORCING):
        return True
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _message(text: str) -> str:
    """Return a message for stderr: one line, whatever the stream or file that it mentions contains, and without commands that a
    runner would execute."""
    return without_commands(one_line(text))


def _to_stderr(text: str) -> None:
    # Otherwise click strips the colors again if stderr is not a terminal.
    click.echo(text, err=True, color=True)


def _store_color(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Store `--color` for the end of the run, which may have to show an error."""
    options = context.find_root().obj
    if isinstance(options, dict):
        options[COLOR] = value
    return value


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases alone
    """An option that takes a duration (`20ms`, `1.5s`, `2m`; a number alone is seconds), as nanoseconds."""

    name = "duration"

    def __init__(self, *, above_zero: bool = False) -> None:
        self._least = int(above_zero)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Nanoseconds. Fails with examples of a duration."""
        from streamkit.model.units import DURATIONS, duration

        try:
            nanoseconds = value if isinstance(value, int) else duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if nanoseconds < self._least:
            self.fail(f"invalid duration {value!r}: expected {DURATIONS}, above 0", param, ctx)
        return nanoseconds


class Size(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases alone
    """An option that takes a size (`64MB`, `1GiB`; a number alone is bytes), as bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Bytes. Fails with examples of a size."""
        from streamkit.model.units import size

        try:
            return value if isinstance(value, int) else size(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def seconds(nanoseconds: int | None) -> float | None:
    """Return the same duration as the transport takes it."""
    return None if nanoseconds is None else nanoseconds / 1e9


def talk_options(function: Function) -> Function:
    """Add `-q`, `-v` and `--color` to a command, passed on as one `console`."""

    def wrapper(*args: Any, quiet: bool, verbose: bool, color: str, **rest: Any) -> Any:
        return function(*args, console=Console(quiet, verbose, color), **rest)

    wrapper.__name__, wrapper.__doc__ = function.__name__, function.__doc__
    wrapper.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    color = click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        is_eager=True,
        callback=_store_color,
        help="Use color never, always, or on terminals (auto).",
    )
    verbose = click.option("-v", "--verbose", is_flag=True, help="Show more messages on stderr.")
    quiet = click.option("-q", "--quiet", is_flag=True, help="Show only errors on stderr.")
    return quiet(verbose(color(wrapper)))  # type: ignore[return-value]


def paths_argument(function: Function) -> Function:
    """Add the inputs to a command: files, folders, globs, `file#3`, `-`. Default: stdin if piped, else ./recordings."""
    return click.argument("paths", nargs=-1, metavar="[PATH]...")(function)


def output_options(function: Function) -> Function:
    """Add `-o FILE` and `--force` to a command."""
    force = click.option("--force", is_flag=True, help="Overwrite the output file.")
    output = click.option("-o", "--output", metavar="FILE", help="Write to FILE; - is stdout.")
    return output(force(function))


class WithOldName(click.Option):
    """An option with an older name, which works as before and is not shown in the help."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the current names and the help text."""
        names, self.opts = self.opts, self.opts[:1]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = names


def input_format_option(function: Function) -> Function:
    """Add `--input-format` to a command, with its former name `--form`."""
    return click.option(
        "--input-format",
        "--form",
        "input_format",
        cls=WithOldName,
        metavar="NAME",
        help="Read inputs in this format instead of detecting it.",
    )(function)


def reading_options(function: Function) -> Function:
    """Add `--input-format`, `--api` and `--dialect` to a command, which replace the detection."""
    api = click.option("--api", metavar="NAME", help="Read streams as this API instead of detecting it.")
    dialect = click.option("--dialect", metavar="NAME", help="Read streams as this dialect instead of detecting it.")
    return input_format_option(api(dialect(function)))
