"""A program of others in an environment of its own, outside the checkout.

The environments are in `$STREAMKIT_SERVERS_CACHE`, by default `~/.cache/streamkit/servers`.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("STREAMKIT_SERVERS_CACHE") or Path.home() / ".cache" / "streamkit" / "servers")


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A package, installed with pip, or with npm if `node`, and `more` beside it.

    Packages may have extras or, with npm, a version: `a2a-sdk[http-server]`, `ai@4`.
    """

    package: str
    more: tuple[str, ...] = ()
    node: bool = False

    @property
    def folder(self) -> Path:
        return CACHE / self.package.partition("[")[0].replace("/", "-").replace("@", "")

    @property
    def program(self) -> Path:
        """The folder of its commands."""
        return self.folder / ("node_modules/.bin" if self.node else "bin")

    @property
    def version(self) -> str | None:
        """The installed version; None if it is not installed."""
        name = re.sub(r"(?<=.)@.*|\[.*", "", self.package)
        if self.node:
            manifest = self.folder / "node_modules" / name / "package.json"
            return str(json.loads(manifest.read_text(encoding="utf-8"))["version"]) if manifest.exists() else None
        places = [str(place) for place in self.folder.glob("lib/python*/site-packages")]
        found = next(iter(importlib.metadata.distributions(name=name, path=places)), None)
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
