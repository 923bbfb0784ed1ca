"""Settings for every test: no plugins of other packages, no colors, a fixed width."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import signal
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.waiting import StillLoop

os.environ["STREAMKIT_NO_PLUGINS"] = "1"
os.environ["NO_COLOR"] = "1"
os.environ.pop("COLUMNS", None)
for inherited in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"):
    os.environ.pop(inherited, None)  # `make test VENV=x` would pass its variables on to every make that a test runs

os.environ.pop(
    "PYTHONDONTWRITEBYTECODE", None
)  # hundreds of programs are started, and each would compile the package again

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

# A shell that starts the tests in the background ignores SIGINT and SIGQUIT, and `nohup` ignores SIGHUP. Programs that tests
# start would inherit that and never end.
for name, handler in (("SIGINT", signal.default_int_handler), ("SIGQUIT", signal.SIG_DFL), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, name), handler)

KEPT = Path.cwd() / ".hypothesis"
IS_KEPT = os.access(KEPT if KEPT.exists() else Path.cwd(), os.W_OK)
if not IS_KEPT and "HYPOTHESIS_STORAGE_DIRECTORY" not in os.environ:
    # With a read-only checkout, or another user's, hypothesis keeps its files in a folder that is removed after the run.
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = tempfile.mkdtemp(prefix="hypothesis-")
    atexit.register(shutil.rmtree, os.environ["HYPOTHESIS_STORAGE_DIRECTORY"], ignore_errors=True)

# Thousands of collected tests would be looked through by each collection of garbage.
gc.set_threshold(50_000, 20, 100)

# Registering a profile creates the database, so its location must be set first.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was skipped and why, one line per reason, as hundreds of tests may share one."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple)
    )
    if reasons:
        terminalreporter.section("skipped")
    for reason, count in reasons.most_common():
        terminalreporter.line(f"{count:5}  {reason}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real logs and streams recorded by others, which a clone of the project does not have."""
    if not SHARED.is_dir():
        pytest.skip("the folder of streams recorded by others (../shared) is not here")
    return SHARED


@pytest.fixture
def still_loops(monkeypatch: pytest.MonkeyPatch) -> list[StillLoop]:
    """Every loop that `asyncio.run` makes from now on, in any thread: each has a clock that the test moves."""
    from tests.waiting import StillLoop

    made: list[StillLoop] = []

    def make() -> StillLoop:
        made.append(StillLoop())
        return made[-1]

    monkeypatch.setattr("asyncio.events.new_event_loop", make)
    return made
