"""`--workers`: more processes that listen on the same port, ended with the first."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click

from streamkit.errors import UsageError

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

JOINED = "--joined"
_READY = b"ready\n"


def workers_option(command: CommandT) -> CommandT:
    """Add `--workers` to a command, and what its own workers are started with."""
    command = click.option(JOINED, is_flag=True, hidden=True)(command)
    workers = click.IntRange(1, 64)
    help_ = "Processes on one port; each counts for itself."
    return click.option("--workers", type=workers, default=1, metavar="N", help=help_)(command)


@contextlib.contextmanager
def joined_by(workers: int, port: int) -> Iterator[None]:
    """Run this same command in `workers - 1` processes more, on this port, until the context ends.

    They end when we do, whatever ends us: their standard input is a pipe from us.
    """
    words = sys.argv[1 : sys.argv.index("--")] if "--" in sys.argv else sys.argv[1:]
    command = [sys.executable, "-m", "streamkit", *words, "--port", str(port), "--workers", "1", JOINED]
    helpers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(1, workers)]
    try:
        for helper in helpers:
            assert helper.stdout is not None
            if helper.stdout.readline() != _READY:
                raise UsageError("a worker did not start")
        yield
    finally:
        for helper in helpers:
            helper.terminate()
        for helper in helpers:
            helper.communicate()


def tell_ready() -> None:
    """Say to who started us that we listen, and end when they do."""
    os.write(1, _READY)

    def wait() -> None:
        while os.read(0, 4096):  # not through sys.stdin: its lock would be held when Python ends
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def check(workers: int, *, strict: bool, stdin: bool) -> None:
    """Raise UsageError for what several processes cannot do."""
    if workers == 1:
        return
    if not hasattr(socket, "SO_REUSEPORT"):
        raise UsageError("--workers: this system lets one process listen on a port")
    if strict:
        raise UsageError("--workers and --strict: each worker knows of its own requests only")
    if stdin:
        raise UsageError("--workers: standard input can be read once; name files")
