"""The battery sent once to the good server, for all tests that judge or edit its recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamkit.probes import PROBES
from streamkit.service.endpoints import endpoint
from streamkit.service.probing import plan, send
from tests.probes import good_server


@pytest.fixture(scope="session")
def good_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    with good_server.serving() as url:
        assert not send(plan(PROBES.values()), endpoint(f"{url}/v1", good_server.MODEL), str(folder))
    return folder
