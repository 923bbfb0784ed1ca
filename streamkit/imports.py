"""Import the modules of streamkit from their files, without a search.

Python's own finder asks every way of importing (a zip file first) about each package folder, lists the folder, and looks in the
list for each suffix that a module may have. Commands import some two hundred small modules from forty folders, and finding them
took a tenth of their start-up.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType

_PACKAGE = f"{__name__.partition('.')[0]}."


class _Finder:
    """Finds modules and packages of streamkit that are files; what it does not find is searched for as usual."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return how to load a module of streamkit; None if it is another, or is not a source file in a single folder."""
        if path is None or len(path) != 1 or not name.startswith(_PACKAGE):
            return None
        place = f"{path[0]}{os.sep}{name.rpartition('.')[2]}"
        folder = None
        file = f"{place}.py"
        if not os.path.isfile(file):  # noqa: PTH113
            folder, file = place, f"{place}{os.sep}__init__.py"
            if not os.path.isfile(file):  # noqa: PTH113
                return None
        spec = ModuleSpec(name, SourceFileLoader(name, file), origin=file, is_package=folder is not None)
        spec.has_location = True
        if folder is not None:
            spec.submodule_search_locations = [folder]
        return spec


def find_directly() -> None:
    """Find modules of streamkit without a search from now on, in the whole process: for commands."""
    if _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)
