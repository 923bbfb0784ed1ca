"""`-- CMD`: run a program with extra environment variables, and exit with its exit code."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping

import click

from streamkit.cli._groups import GroupedCommand
from streamkit.errors import UsageError
from streamkit.service.stopping import Stop

_MARK = "--"


class WithChild(GroupedCommand):
    """A command that accepts a program to run after `--`; `child()` returns its argument list."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Split off everything after the first `--`."""
        if _MARK in args:
            index = args.index(_MARK)
            ctx.meta[__name__] = tuple(args[index + 1 :])
            args = args[:index]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Show the program in the usage line."""
        return [*super().collect_usage_pieces(ctx), "[-- CMD...]"]


def child() -> tuple[str, ...] | None:
    """Return the program given to the current command, or None. Raises UsageError if nothing follows `--`."""
    words: tuple[str, ...] | None = click.get_current_context().meta.get(__name__)
    if words == ():
        raise UsageError("expected a program after --")
    return words


def run_or_wait(
    words: tuple[str, ...] | None, environment: Mapping[str, str], ready: Callable[[], None], stop: Stop
) -> int:
    """Run a program with these environment variables added or, without a program, wait until `stop` is requested.

    `ready` is called first. Returns the program's exit code (128 + n if signal n killed it); without a program 128 + n for
    the signal received, but 0 for SIGTERM, the usual way to stop a server. Raises UsageError if the program cannot be
    started.
    """
    ready()
    if words is not None:
        return _run(words, environment, stop)
    return 0 if stop.wait() == signal.SIGTERM else stop.code


def _run(words: tuple[str, ...], environment: Mapping[str, str], stop: Stop) -> int:
    if stop.number is not None:
        return stop.code
    try:
        process = subprocess.Popen(words, env={**os.environ, **environment})
    except OSError as error:
        raise UsageError(f"cannot run {words[0]}: {error.strerror or error}") from error

    def pass_on(number: int) -> None:
        if number == signal.SIGINT and _in_foreground():
            stop.forget()  # the terminal sent it to the program too, which decides whether to exit
        else:
            process.send_signal(number)

    with stop.taking(pass_on):
        if stop.number is not None:
            process.send_signal(stop.number)
        code = process.wait()
    return 128 - code if code < 0 else code


def _in_foreground() -> bool:
    """Return whether a terminal sends its signals to our process group; without a terminal (a pipe, a container) nothing does."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except (OSError, AttributeError):
        return os.name == "nt"  # a Windows console sends Ctrl-C to all of its programs
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
