"""`-- CMD`: run a program with variables of its own, and leave with its exit code."""

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
    """A command that takes a program to run after `--`; `child()` gives its words."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep what stands after the first `--` apart from our own arguments."""
        if _MARK in args:
            place = args.index(_MARK)
            ctx.meta[__name__] = tuple(args[place + 1 :])
            args = args[:place]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Show the program in the usage line."""
        return [*super().collect_usage_pieces(ctx), "[-- CMD...]"]


def child() -> tuple[str, ...] | None:
    """The program that the command in hand was given, or None. Raises UsageError for a `--` with nothing after it."""
    words: tuple[str, ...] | None = click.get_current_context().meta.get(__name__)
    if words == ():
        raise UsageError("no program after --")
    return words


def run_or_wait(words: tuple[str, ...] | None, environment: Mapping[str, str], ready: Callable[[], None]) -> int:
    """Run a program with these variables added, or, without one, wait until somebody ends us.

    `ready` is called once we can be ended in order. Gives the program's exit code (128 + n when signal n ended it); else
    130 for Ctrl-C and 0 for SIGTERM, which is how a server is stopped. Raises UsageError for what cannot be run.
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
            # A terminal has sent it to the program as well: its end is waited for, and its code is ours.
            continue
        except _Terminated:
            process.terminate()


class _Terminated(BaseException):
    """We were asked to end (SIGTERM)."""


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
