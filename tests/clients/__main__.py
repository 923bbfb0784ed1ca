"""`python -m tests.clients [--rules] [--faults] [--features] [--variables] [CLIENT…]`: measure all clients or those named, and write the results.

Without an option, all four.
"""

from __future__ import annotations

import sys

from tests.clients.environments import CLIENTS, make
from tests.clients.measuring import write_cases, write_faults, write_features, write_variables

PARTS = {"--rules": write_cases, "--faults": write_faults, "--features": write_features, "--variables": write_variables}


def main(words: list[str]) -> None:
    """Update the environments, then measure."""
    names = [word for word in words if not word.startswith("--")]
    wanted = [client for client in CLIENTS if not names or client.name in names]
    versions = {}
    for client in wanted:
        versions[client.name] = make(client)
        packages = ", ".join(f"{name} {version}" for name, version in versions[client.name].items())
        sys.stderr.write(f"{client.name}: {packages}\n")
    parts = [word for word in words if word.startswith("--")] or list(PARTS)
    for part in parts:
        PARTS[part](wanted, versions)


main(sys.argv[1:])
