"""Every reporter has a page in tests/specs/reporters: commands that name it, and what they print."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from streamkit.reporters import REPORTERS
from tests.test_transcripts import ROOT, environment, pattern, steps

PAGES = sorted((ROOT / "tests" / "specs" / "reporters").glob("*.md"))
_KINDS = ("findings", "stats", "rows", "timelines", "player")


def test_every_reporter_has_a_page_and_every_page_a_reporter() -> None:
    assert {page.stem for page in PAGES} == set(REPORTERS)


@pytest.mark.parametrize("name", list(REPORTERS))
def test_a_page_has_an_example(name: str) -> None:
    assert any(getattr(REPORTERS[name], kind) for kind in _KINDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(page: Path, tmp_path: Path) -> None:
    (tmp_path / "recordings").symlink_to(ROOT / "recordings")
    shown = steps(page, mark="shell-session")
    assert any(f"--format {page.stem}" in step.command for step in shown)
    for step in shown:
        done = subprocess.run(
            ["bash", "-c", step.command],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        printed = re.sub(r"[ ]+\n", "\n", done.stdout + done.stderr)
        assert pattern(step.expected).fullmatch(printed), f"$ {step.command}\n{printed}"
