"""What every test stands on: no plugins of other packages, no colors, a fixed width."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ["STREAMKIT_NO_PLUGINS"] = "1"
os.environ["NO_COLOR"] = "1"
os.environ.pop("COLUMNS", None)

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real logs and streams recorded by others; a clone of the project does not have them."""
    if not SHARED.is_dir():
        pytest.skip("the folder of streams recorded by others (../shared) is not here")
    return SHARED
