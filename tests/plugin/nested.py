"""pytest run by a test."""

from __future__ import annotations

from pathlib import Path

import pytest

PLUGIN = ("-p", "streamkit.pytest_plugin", "-p", "no:cacheprovider")
ENVIRONMENT = {
    # Other installed plugins take longer to import than most of these runs.
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTHONPATH": str(Path(__file__).parents[2]),
    "COLUMNS": "400",
}


def run(pytester: pytest.Pytester, *words: str) -> pytest.RunResult:
    """The result of pytest in a process of its own, with this plugin and, for `-n`, xdist."""
    workers = ("-p", "xdist") if "-n" in words else ()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        for name in ("CI", "BUILD_NUMBER"):  # with which pytest prints a failure's whole text a second time
            patch.delenv(name, raising=False)
        return pytester.runpytest_subprocess(*PLUGIN, *workers, *words)
