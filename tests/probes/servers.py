"""Servers that others wrote, each installed from its package index and started on this machine, to be probed.

    python -m tests.probes.servers [NAME…]   installs them, asks every case, and writes docs/probe/servers.json
    STREAMKIT_PROBE_SERVERS=1 pytest tests/probes/test_real_servers.py     asks those that are installed

The environments are outside the checkout, in `$STREAMKIT_SERVERS_CACHE`, by default `~/.cache/streamkit/servers`. To install
them takes the network, and for some npm and Node, or a C++ compiler and CMake. `make docs` makes docs/probe/servers.md from the file.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streamkit.model.probing import ProbeRun
from streamkit.service.endpoints import endpoint
from streamkit.service.judging import judge_folder
from streamkit.service.probing import Sending, plan, send
from tests.probes.gateways import GATEWAYS
from tests.probes.mock_servers import MOCKS
from tests.probes.model_servers import MODEL_SERVERS
from tests.probes.real_server import RealServer, today

RESULTS = Path(__file__).parents[2] / "docs" / "probe" / "servers.json"
SERVERS = (*GATEWAYS, *MODEL_SERVERS, *MOCKS)


def probed(server: RealServer, folder: Path) -> ProbeRun:
    """Start a server, ask all cases of its APIs, and return the verdicts."""
    headers = () if server.key is None else (("Authorization", f"Bearer {server.key}"),)
    with contextmanager(server.start)(server) as url:
        place = endpoint(url, server.model, headers)
        send(plan(server.probes), place, str(folder), Sending(concurrency=server.concurrency))
    return judge_folder(str(folder), server.probes)


def measured(server: RealServer, folder: Path) -> dict[str, Any]:
    """Return what the results file holds about a server."""
    run = probed(server, folder)
    cases = {case.key: {"verdict": case.verdict, "why": case.why, "breaks": list(case.breaks)} for case in run.cases}
    about = {"name": server.name, "version": server.version, "setup": server.setup, "measured": today().isoformat()}
    return {**about, "cases": cases}


def main(words: list[str]) -> None:
    """Measure the servers whose names begin with one of these words (all, without words), and write the results of all."""
    parser = argparse.ArgumentParser(prog="python -m tests.probes.servers", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="the beginning of the name of a server")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="keep the recordings below this folder")
    options = parser.parse_args(words)
    known = {one["name"]: one for one in json.loads(RESULTS.read_text(encoding="utf-8"))["servers"]}
    for server in SERVERS:
        if not options.names or server.name.startswith(tuple(options.names)):
            server.install()
            with tempfile.TemporaryDirectory() as folder:
                known[server.name] = measured(server, (options.output or Path(folder)) / server.slug)
            order = [known[one.name] for one in SERVERS if one.name in known]
            text = json.dumps({"version": 1, "servers": order}, indent=1, ensure_ascii=False)
            RESULTS.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
