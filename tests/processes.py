"""Processes started by a test: none outlives its test, however the test ends."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def started(command: Sequence[str], **settings: Any) -> Iterator[subprocess.Popen[Any]]:
    """A running process; at the end it is killed if it still runs, waited for, and its pipes are closed.

    A test that looks at the exit code calls `wait` or `communicate` before.
    """
    with subprocess.Popen(command, **settings) as process:
        try:
            yield process
        finally:
            process.kill()
