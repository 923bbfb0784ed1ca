"""Where the recordings of a test are: the folder, and the file of a test without a marker."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

FOLDER = "recordings"

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 150  # characters; file systems allow 255 bytes


def folder_of(config: pytest.Config, test: Path) -> Path:
    """Return the folder of the recordings of this test file."""
    named = config.getini("streamkit_recordings")
    return config.rootpath / named if named else test.parent / FOLDER


def default_name(item: pytest.Item) -> str:
    """Return `MODULE/CLASS.TEST-PARAMETERS.jsonl`: a file for each test, of characters that every file system allows.

    With the ini option `streamkit_recordings`, the folder of the module comes first, because all modules share one folder. If
    characters had to be replaced, a hash of the original name keeps `a/b` and `a b` apart.
    """
    classes = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    original = getattr(item, "originalname", None) or item.name
    parameters = item.name.removeprefix(original)
    inner = parameters[1:-1] if parameters.startswith("[") and parameters.endswith("]") else parameters
    name = ".".join([*classes, original]) + (f"-{inner}" if inner else "")
    safe = _UNSAFE.sub("-", name)[:_LONGEST_NAME]
    if safe != name:
        safe = f"{safe.rstrip('-.')}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    return f"{_module(item)}/{safe}.jsonl"


def _module(item: pytest.Item) -> str:
    named = item.config.getini("streamkit_recordings")
    if named and item.path.is_relative_to(item.config.rootpath):
        return item.path.relative_to(item.config.rootpath).with_suffix("").as_posix()
    return item.path.stem
