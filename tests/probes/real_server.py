"""A server that others wrote: where it is installed, and how it is started on this machine."""

from __future__ import annotations

import importlib.metadata
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from streamkit.probes import Probe, selected
from tests.probes import good_server
from tests.processes import started
from tests.waiting import until

CACHE = Path(os.environ.get("STREAMKIT_SERVERS_CACHE") or Path.home() / ".cache" / "streamkit" / "servers")
COUNTED = "one, two, three, four, five, six, seven, eight, nine, ten."
COLOUR = "A ripe banana is yellow."


@dataclass(frozen=True, kw_only=True)
class RealServer:
    """A server and how it is set up.

    `start` yields its base URL. `package` is installed with pip, or with npm if `node`, and `more` beside it; its version is
    that of the table. `key` is the API key that it accepts, if it checks any. `concurrency` is the number of cases that are
    asked at once.
    """

    name: str
    setup: str
    package: str
    start: Callable[[RealServer], Iterator[str]]
    apis: tuple[str, ...]
    more: tuple[str, ...] = ()
    model: str = good_server.MODEL
    node: bool = False
    key: str | None = None
    concurrency: int = 2

    @property
    def slug(self) -> str:
        """The name as that of a folder."""
        return self.name.replace(", ", "-").replace(" ", "-")

    @property
    def folder(self) -> Path:
        return CACHE / self._name.replace("/", "-").replace("@", "")

    @property
    def program(self) -> Path:
        return self.folder / ("node_modules/.bin" if self.node else "bin")

    @property
    def probes(self) -> list[Probe]:
        return [probe for probe in selected() if probe.api in self.apis]

    @property
    def _name(self) -> str:
        return self.package.partition("[")[0]

    @property
    def version(self) -> str | None:
        """The installed version; None if it is not installed."""
        if self.node:
            manifest = self.folder / "node_modules" / self._name / "package.json"
            return str(json.loads(manifest.read_text(encoding="utf-8"))["version"]) if manifest.exists() else None
        places = [str(place) for place in self.folder.glob("lib/python*/site-packages")]
        found = next(iter(importlib.metadata.distributions(name=self._name, path=places)), None)
        return None if found is None else found.version

    def install(self) -> None:
        """Install the newest version, unless a version is there."""
        if self.version is not None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.node:
            # npm refuses to install a package into a folder of its own name, unless that says that it is another one.
            (self.folder / "package.json").write_text('{"name": "environment", "private": true}', encoding="utf-8")
            subprocess.run(
                ["npm", "install", "--silent", "--prefix", self.folder, self.package, *self.more], check=True
            )
        else:
            subprocess.run([sys.executable, "-m", "venv", self.folder], check=True)
            subprocess.run([self.program / "pip", "install", "-q", self.package, *self.more], check=True)


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
