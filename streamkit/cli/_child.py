"""`-- CMD`: run a program with extra environment variables, and exit with its exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping

import click

from streamkit.errors import UsageError

_MARK = "--"


class WithChild(click.Command):
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
    """The program given to the current command, or None. Raises UsageError for a `--` with nothing after it."""
    words: tuple[str, ...] | None = click.get_current_context().meta.get(__name__)
    if words == ():
        raise UsageError("expected a program after --")
    return words


def run_or_wait(words: tuple[str, ...] | None, environment: Mapping[str, str], ready: Callable[[], None]) -> int:
    """Run a program with these variables added or, without one, wait until this process is told to stop.

    `ready` is called once signals are handled. Returns the program's exit code (128 + n if signal n killed it); without
    a program, 130 for Ctrl-C and 0 for SIGTERM, the usual way to stop a server. Raises UsageError if the program cannot
    be started.
    """
    with _terminated():
        try:
            ready()
            if words is not None:
                return _run(words, environment)
            threading.Event().wait()
        except KeyboardInterrupt:
            return 130
        except _Terminated:
            return 0
    raise AssertionError("nothing sets the event")


def _run(words: tuple[str, ...], environment: Mapping[str, str]) -> int:
    try:
        process = subprocess.Popen(words, env={**os.environ, **environment})
    except OSError as error:
        raise UsageError(f"cannot run {words[0]}: {error.strerror or error}") from error
    while True:
        try:
            code = process.wait()
            return 128 - code if code < 0 else code
        except KeyboardInterrupt:
            # The terminal has sent SIGINT to the program as well: wait for it, and use its exit code.
            continue
        except _Terminated:
            process.terminate()


class _Terminated(BaseException):
    """This process received SIGTERM."""


@contextlib.contextmanager
def _terminated() -> Iterator[None]:
    """Make SIGTERM raise _Terminated in the main thread, as Ctrl-C raises KeyboardInterrupt there."""

    def raised(number: int, frame: object) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, raised)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
