"""Options that several commands share, and the console that they talk through."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO, TypeVar

import click

from streamkit.palette import Palette
from streamkit.text import safe_text

Function = TypeVar("Function", bound=Callable[..., Any])


COLOR = "color"
_FORCING = ("FORCE_COLOR", "CLICOLOR_FORCE")
COLOR_VARIABLES = ("NO_COLOR", *_FORCING)
_END_OF_LEAD = re.compile(": | · ")


@dataclass(frozen=True, slots=True)
class Console:
    """How a command talks: data to stdout is the command's own affair, talk goes to stderr through here."""

    quiet: bool = False
    verbose: bool = False
    color: str = "auto"

    def say(self, text: str, role: str = "head") -> None:
        """Tell the user something, unless asked to be quiet. What stands before the first `: ` or ` · ` has the color of `role`."""
        if not self.quiet:
            text = safe_text(text)
            end = _END_OF_LEAD.search(text)
            place = end.start() if end else len(text)
            _to_stderr(self.talk(role, text[:place]) + text[place:])

    def detail(self, text: str) -> None:
        """Tell the user something that only who asked for it wants to know."""
        if self.verbose:
            self.say(text)

    def complain(self, text: str) -> None:
        """Tell the user that something is wrong, quiet or not."""
        _to_stderr(f"{self.talk('error', 'streamkit:')} {safe_text(text)}")

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
        """The colors of data on stdout: the environment alone never puts color into what a program reads."""
        return Palette(colored(self.color, sys.stdout, data=True))


def colored(choice: str, stream: TextIO | None, *, data: bool = False) -> bool:
    """Whether `stream` gets color. What comes first decides: `--color`, NO_COLOR, FORCE_COLOR or CLICOLOR_FORCE, the terminal.

    A variable counts when it is set and not empty; FORCE_COLOR and CLICOLOR_FORCE do not count when they are `0`. They
    do not hold for `data` (JSON, a document), which they would spoil in every pipe of a CI job that sets them.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if not data and any(os.environ.get(name, "") not in ("", "0") for name in _FORCING):
        return True
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _to_stderr(text: str) -> None:
    # click would take the colors out again where stderr is no terminal.
    click.echo(text, err=True, color=True)


def _remember(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Keep what `--color` says where the end of the run finds it, which may have an error to show."""
    chosen = context.find_root().obj
    if isinstance(chosen, dict):
        chosen[COLOR] = value
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


def seconds(nanoseconds: int | None) -> float | None:
    """The same duration as the transport takes it."""
    return None if nanoseconds is None else nanoseconds / 1e9


def talk_options(function: Function) -> Function:
    """`-q`, `-v` and `--color`, handed on as one `console`."""

    def gathered(*args: Any, quiet: bool, verbose: bool, color: str, **rest: Any) -> Any:
        return function(*args, console=Console(quiet, verbose, color), **rest)

    gathered.__name__, gathered.__doc__ = function.__name__, function.__doc__
    gathered.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    color = click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        is_eager=True,
        callback=_remember,
        help="When to use color.",
    )
    verbose = click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")
    quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but what is wrong.")
    return quiet(verbose(color(gathered)))  # type: ignore[return-value]


def paths_argument(function: Function) -> Function:
    """The inputs: files, folders, globs, `file#3`, `-`; without any, stdin if piped, else ./recordings."""
    return click.argument("paths", nargs=-1, metavar="[PATH]...")(function)


def output_options(function: Function) -> Function:
    """`-o FILE` and `--force`."""
    force = click.option("--force", is_flag=True, help="Overwrite the output file.")
    output = click.option("-o", "--output", metavar="FILE", help="Write to FILE; - is stdout.")
    return output(force(function))


class _WithOldName(click.Option):
    """An option with an older name, which works as before and is not shown in the help."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        names, self.opts = self.opts, self.opts[:1]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = names


def input_format_option(function: Function) -> Function:
    """`--input-format`, which was called `--form`."""
    return click.option(
        "--input-format",
        "--form",
        "input_format",
        cls=_WithOldName,
        metavar="NAME",
        help="Read inputs in this format instead of detecting it.",
    )(function)


def reading_options(function: Function) -> Function:
    """`--input-format`, `--api` and `--dialect`: what to take an input for, instead of detecting it."""
    api = click.option("--api", metavar="NAME", help="Take streams for this API instead of finding it out.")
    dialect = click.option("--dialect", metavar="NAME", help="Take streams for this dialect instead of finding it out.")
    return input_format_option(api(dialect(function)))
