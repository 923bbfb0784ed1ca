"""A server that others wrote: where it is installed, and how it is started on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from streamkit.probes import Probe, selected
from tests.installed import Installed
from tests.probes import good_server
from tests.processes import started
from tests.waiting import until

COUNTED = "one, two, three, four, five, six, seven, eight, nine, ten."
COLOUR = "A ripe banana is yellow."


@dataclass(frozen=True, kw_only=True)
class RealServer(Installed):
    """A server and how it is set up.

    `start` yields its base URL. The version of its package is that of the table. `key` is the API key that it accepts, if it
    checks any. `concurrency` is the number of cases that are asked at once.
    """

    name: str
    setup: str
    start: Callable[[RealServer], Iterator[str]]
    apis: tuple[str, ...]
    model: str = good_server.MODEL
    key: str | None = None
    concurrency: int = 2

    @property
    def slug(self) -> str:
        """The name as that of a folder."""
        return self.name.replace(", ", "-").replace(" ", "-")

    @property
    def probes(self) -> list[Probe]:
        return [probe for probe in selected() if probe.api in self.apis]


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def answers(url: str) -> bool:
    """Return whether something answers at a URL, with any status."""
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def running(command: list[str], port: int, environment: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Run a server until the context ends, with the programs beside it on its path; yield its address when it answers."""
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    with (
        (folder / "log").open("wb") as log,
        started(
            command,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={**os.environ, "PATH": path, **environment},
            start_new_session=True,
        ) as process,
    ):
        try:
            for _ in range(10):  # some take minutes to import what they need on a busy machine
                with suppress(AssertionError):
                    until(lambda: process.poll() is not None or answers(f"http://127.0.0.1:{port}/"))
                    break
            assert process.poll() is None and answers(f"http://127.0.0.1:{port}/"), (folder / "log").read_text()[-2000:]
            yield f"http://127.0.0.1:{port}"
        finally:
            with suppress(ProcessLookupError):  # some servers run in children of their own
                os.killpg(process.pid, signal.SIGKILL)


def today() -> date:
    """Return the date of a measurement. No test reads a clock, so that of the system is asked."""
    text = subprocess.run(["date", "-u", "+%Y-%m-%d"], capture_output=True, text=True, check=True).stdout
    return date.fromisoformat(text.strip())
