"""`--workers`: additional processes that listen on the same port and stop with the first one."""

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
from streamkit.service.stopping import Stop

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

JOINED = "--joined"
_READY = b"ready\n"


def workers_option(command: CommandT) -> CommandT:
    """Add `--workers` to a command, and the hidden option that its workers are started with."""
    command = click.option(JOINED, is_flag=True, hidden=True)(command)
    workers = click.IntRange(1, 64)
    help_ = "Run N processes on one port; each keeps its own counts."
    return click.option("--workers", type=workers, default=1, metavar="N", help=help_)(command)


@contextlib.contextmanager
def running_workers(workers: int, port: int, stop: Stop) -> Iterator[list[int]]:
    """Run this command in `workers - 1` more processes on this port, until the context exits.

    Yields a list that contains their exit codes when the context has exited. They stop with the signal that stops this
    process, and also if it is killed: their standard input is a pipe from it.
    """
    arguments = sys.argv[1 : sys.argv.index("--")] if "--" in sys.argv else sys.argv[1:]
    command = [sys.executable, "-m", "streamkit", *arguments, "--port", str(port), "--workers", "1", JOINED]
    codes: list[int] = []
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(1, workers)]
    try:
        for process in processes:
            assert process.stdout is not None
            if process.stdout.readline() != _READY:
                raise UsageError("a worker did not start")
        yield codes
    finally:
        for process in processes:
            process.send_signal(stop.number or signal.SIGTERM)
        for process in processes:
            process.communicate()
            codes.append(process.returncode)


def signal_ready() -> None:
    """Tell the parent process that this process is listening, and stop when the parent stops."""
    os.write(1, _READY)

    def wait() -> None:
        while os.read(0, 4096):  # not sys.stdin: its lock would be held when Python exits
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def check_workers(workers: int, *, strict: bool, stdin: bool) -> None:
    """Raise UsageError for options that do not work with several processes."""
    if workers == 1:
        return
    if not hasattr(socket, "SO_REUSEPORT"):
        raise UsageError("--workers: this system allows only one process per port")
    if strict:
        raise UsageError("--workers cannot be used with --strict: each worker sees its own requests only")
    if stdin:
        raise UsageError("--workers cannot be used with standard input, which can only be read once; pass files")
