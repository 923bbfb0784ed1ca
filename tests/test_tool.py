"""The name and version that files carry."""

from __future__ import annotations

from importlib import metadata

from streamkit.tool import TOOL, VERSION


def test_the_version_is_that_of_the_package() -> None:
    assert metadata.version("llm-streamkit") == VERSION
    assert f"streamkit {VERSION}" == TOOL
