"""docs/apis.md and docs/dialects.md match the catalogues, and the Python examples of docs/reassemble.md run."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_pages_match_the_catalogues() -> None:
    pages = runpy.run_path(str(ROOT / "docs" / "_dialects.py"))["pages"]()
    for name, text in pages.items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, "run: python docs/generate.py"


def test_the_python_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    [code] = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "docs" / "reassemble.md").read_text(encoding="utf-8"), re.M | re.S
    )
    seen: dict[str, object] = {}
    exec(compile(code, "reassemble.md", "exec"), seen)  # noqa: S102  (the page is our own)
    assert str(seen["growing"]).startswith("Streams are rivers")
