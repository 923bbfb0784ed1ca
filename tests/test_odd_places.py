"""The test suite runs wherever the checkout is and however it is started."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SPECIMEN = """
import pytest
from hypothesis import given, strategies as st

@given(st.integers())
def test_property(number):
    assert number == int(str(number))

@pytest.mark.parametrize("n", range(3))
def test_skipped(n):
    pytest.skip("one reason for many")
"""


def unprivileged() -> list[str]:
    """Return a command prefix that drops privileges: root ignores file modes."""
    if os.name != "posix":
        pytest.skip("file modes are POSIX")
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and setpriv, which takes that away, is not here")
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The settings of this suite with two tests, read-only."""
    made = tmp_path / "read only"
    (made / "tests").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", made)
    shutil.copy(ROOT / "tests" / "conftest.py", made / "tests")
    (made / "tests" / "test_specimen.py").write_text(SPECIMEN)
    for folder in (made / "tests", made):
        folder.chmod(0o555)
    return made


def test_a_read_only_checkout(checkout: Path, tmp_path: Path) -> None:
    words = [*unprivileged(), sys.executable, "-B", "-m", "pytest", "-q", "-n", "2"]
    own = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "HYPOTHESIS_"))}
    (tmp_path / "tmp").mkdir()
    ran = subprocess.run(
        words, cwd=checkout, env={**own, "TMPDIR": str(tmp_path / "tmp")}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed, 3 skipped" in ran.stdout
    assert "    3  one reason for many" in ran.stdout
    assert not list((tmp_path / "tmp").glob("hypothesis-*"))


INTERRUPTED = """
import signal, subprocess, sys

def test_a_program_that_is_interrupted_ends():
    words = [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
        program.stdout.readline()
        program.send_signal(signal.SIGINT)
        try:
            assert program.wait(20) != 0
        finally:
            program.kill()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_in_the_background_of_a_shell_which_ignores_interrupts(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_specimen.py").write_text(INTERRUPTED)
    words = shlex.join([sys.executable, "-m", "pytest", "-q", "-n", "1"])
    own = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    ran = subprocess.run(
        ["sh", "-c", f"trap '' INT; {words}"], cwd=tmp_path, env=own, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
