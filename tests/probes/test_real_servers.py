"""Servers that others wrote still have the verdicts of docs/probe/servers.json.

    python -m tests.probes.servers           installs them, and measures them again
    STREAMKIT_PROBE_SERVERS=1 pytest tests/probes/test_real_servers.py

Opt-in, as starting them takes minutes; those that are not installed, or in another version, are skipped. Timing is left out, and
so is what depends on the model's words.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from streamkit.probes import PROBES
from tests.probes.real_server import RealServer
from tests.probes.servers import RESULTS, SERVERS, probed

KNOWN = {one["name"]: one for one in json.loads(RESULTS.read_text(encoding="utf-8"))["servers"]}
on_request = pytest.mark.skipif(
    not os.environ.get("STREAMKIT_PROBE_SERVERS"),
    reason="STREAMKIT_PROBE_SERVERS is not set: real servers are started",
)


@on_request
@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_the_verdicts_are_those_of_the_table(server: RealServer, tmp_path: Path) -> None:
    if server.version is None:
        pytest.skip("not installed: python -m tests.probes.servers installs it")
    if server.version != KNOWN[server.name]["version"]:
        pytest.skip(f"measured with {KNOWN[server.name]['version']}, and {server.version} is installed: measure again")
    found = {case.key: case.verdict for case in probed(server, tmp_path / "probed").cases}
    changed = {
        key: (case["verdict"], found[key])
        for key, case in KNOWN[server.name]["cases"].items()
        if PROBES[key].group != "timing" and key != "openai_chat/compressed" and found[key] != case["verdict"]
    }
    assert not changed


def test_the_table_has_every_server_and_known_cases() -> None:
    assert set(KNOWN) == {server.name for server in SERVERS}
    for server in SERVERS:
        assert set(KNOWN[server.name]["cases"]) == {probe.key for probe in server.probes}
