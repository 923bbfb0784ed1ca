"""Options that several commands share, and the console that they talk through."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from streamkit.text import safe_text

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Console:
    """How a command talks: data to stdout is the command's own affair, talk goes to stderr through here."""

    quiet: bool = False
    verbose: bool = False
    color: str = "auto"

    def say(self, text: str) -> None:
        """Tell the user something, unless asked to be quiet."""
        if not self.quiet:
            click.echo(safe_text(text), err=True)

    def detail(self, text: str) -> None:
        """Tell the user something that only who asked for it wants to know."""
        if self.verbose:
            self.say(text)

    def complain(self, text: str) -> None:
        """Tell the user that something is wrong, quiet or not."""
        click.echo(f"streamkit: {safe_text(text)}", err=True)

    def colored(self, stream: Any = None) -> bool:
        """Whether to write color to `stream` (default stdout): as asked, else on a terminal without NO_COLOR."""
        if self.color != "auto":
            return self.color == "always"
        stream = stream or sys.stdout
        return bool(stream.isatty()) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def style(self, text: str, **how: Any) -> str:
        """`text` in color where color is wanted. `how` is click.style's."""
        return click.style(text, **how) if self.colored() else text


def talk_options(function: Function) -> Function:
    """`-q`, `-v` and `--color`, handed on as one `console`."""

    def gathered(*args: Any, quiet: bool, verbose: bool, color: str, **rest: Any) -> Any:
        return function(*args, console=Console(quiet, verbose, color), **rest)

    gathered.__name__, gathered.__doc__ = function.__name__, function.__doc__
    gathered.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    color = click.option(
        "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use color."
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


def reading_options(function: Function) -> Function:
    """`--form`, `--api` and `--dialect`: what to take an input for, where it is not to be found out."""
    form = click.option("--form", metavar="NAME", help="Read inputs as this form instead of finding it out.")
    api = click.option("--api", metavar="NAME", help="Take streams for this API instead of finding it out.")
    dialect = click.option("--dialect", metavar="NAME", help="Take streams for this dialect instead of finding it out.")
    return form(api(dialect(function)))
