"""Doors that open on demand: a package's `__init__` names what it exports, and each name is imported when first used.

A door states its names twice: under `TYPE_CHECKING` for type checkers and readers, and as the mapping given to `door`.
`tests/test_doors.py` holds the two equal.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def door(package: str, places: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a package whose names live in other modules (PEP 562).

    `places` gives for each exported name the module that holds it, relative to `package`. A name is kept in the package
    once it was fetched, so that the second access costs nothing.
    """

    def fetch(name: str) -> Any:
        module = places.get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{module}"), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *places})

    return fetch, names
