"""Commands that run `streamkit`, or any Python program, in a process of its own that need not be prepared each time.

    subprocess.run(streamkit("lint", "run.jsonl"))

Python takes 10 ms of processor time to start, streamkit 80 ms, and aiohttp 200 ms more. The tests start a thousand processes, so
the process of such a command is a fork of one that has imported all this (`server`). It has the descriptors, the folder, the
variables and the signals of a process that was started in the usual way, and ends as that would.

What imports and the start of Python itself do is therefore tested elsewhere, with `sys.executable`: test_startup.py, test_main.py,
test_package.py and test_face.py. `TESTS_COLD=1` has all tests start each process from nothing.
"""

from __future__ import annotations

import atexit
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from tests.processes import started
from tests.warm.variables import of_python as of_python

_ROOT = Path(__file__).parents[2]
_CLIENT = Path(__file__).with_name("client.py")
# The address of a socket has at most a hundred characters.
_IS_COLD = os.name != "posix" or len(tempfile.gettempdir()) > 80 or bool(os.environ.get("TESTS_COLD"))
_RUNNING = ExitStack()
atexit.register(_RUNNING.close)


def python(*words: str, environment: Mapping[str, str] | None = None) -> list[str]:
    """Return a command that runs `python` with these words, which begin with `-m` or `-c`.

    `environment` is that of the process, if it is not inherited and sets what Python reads when it starts.
    """
    if _IS_COLD:
        return [sys.executable, *words]
    variables = os.environ if environment is None else environment
    return [sys.executable, "-I", "-S", str(_CLIENT), _address(tuple(sorted(of_python(variables).items()))), *words]


def streamkit(*words: str) -> list[str]:
    """Return a command that runs `streamkit` with these words."""
    return python("-m", "streamkit", *words)


def script(path: Path, *words: str, environment: Mapping[str, str] | None = None) -> None:
    """Write a program that runs `python` with these words and its own arguments."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec {shlex.join(python(*words, environment=environment))} "$@"\n')
    path.chmod(0o755)


@cache
def _address(variables: tuple[tuple[str, str], ...]) -> str:
    """Start a server in an environment, and return the address of its socket."""
    folder = _RUNNING.enter_context(tempfile.TemporaryDirectory(prefix="warm-"))
    address = f"{folder}/socket"
    kept = {name: value for name, value in os.environ.items() if name not in of_python(os.environ)}
    command = [sys.executable, "-m", "tests.warm.server", address]
    process = _RUNNING.enter_context(
        started(
            command,
            cwd=_ROOT,
            env={**kept, **dict(variables)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n", "the process to fork did not start"
    return address
