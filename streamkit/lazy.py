"""Lazy exports: the `__init__` of a package lists its public names, and each is imported when first used.

The names are listed twice: under `TYPE_CHECKING` for type checkers and readers, and in the mapping passed to `door`.
`tests/test_doors.py` compares the two.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def door(package: str, modules: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of a package whose names live in other modules (PEP 562).

    `modules` maps each exported name to its module, relative to `package`. Imported names are stored in the package, so that
    the next access is a plain attribute look-up.
    """

    def fetch(name: str) -> Any:
        module = modules.get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{module}"), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *modules})

    return fetch, names
