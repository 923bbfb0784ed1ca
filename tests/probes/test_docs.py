"""docs/probe/ is what docs/_probes.py makes of the manuals."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = runpy.run_path(str(DOCS / "_probes.py"))["pages"]()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_up_to_date(path: str) -> None:
    assert (DOCS / path).read_text(encoding="utf-8") == PAGES[path], "run `make docs`"
