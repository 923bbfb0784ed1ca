"""A catalogue: the files of a folder, plus what other packages add by entry points.

Nothing registers itself. A catalogue is filled when it is first asked, so that `--help` costs nothing, and every file
without a leading underscore is exactly one entry. A name that occurs twice, a file without an entry and a plugin that
fails to load are named and fatal: in CI, a rule that is silently absent is a false green.
"""

from __future__ import annotations

import difflib
import importlib
import os
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import entry_points
from types import ModuleType
from typing import Generic, TypeVar

from streamkit.errors import CatalogueError, UnknownEntry

Entry = TypeVar("Entry")

# Set to keep other packages' entries out, as the tests do.
NO_PLUGINS = "STREAMKIT_NO_PLUGINS"


class Catalogue(Generic[Entry]):
    """The entries of one folder by name.

    `package` is the folder (`streamkit.rules`), `kind` the class of its entries, `name` tells an entry's name. Other
    packages add entries with the entry-point group of the same name as the folder; the entry point names a module that
    holds one entry, or the entry itself.
    """

    def __init__(self, package: str, kind: type[Entry], name: Callable[[Entry], str]) -> None:
        self._package = package
        self._kind = kind
        self._name = name

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __getitem__(self, name: str) -> Entry:
        """The entry of that name. Raises UnknownEntry, which offers the nearest name."""
        try:
            return self.entries[name]
        except KeyError:
            raise UnknownEntry(self._unknown(name)) from None

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """All entries by name, in order of name. Raises CatalogueError."""
        found: dict[str, Entry] = {}
        for place, entry in self._found():
            name = self._name(entry)
            if name in found:
                raise CatalogueError(f"{place}: a second entry named {name!r} in {self._package}")
            found[name] = entry
        return dict(sorted(found.items()))

    def _found(self) -> Iterator[tuple[str, Entry]]:
        folder = importlib.import_module(self._package)
        for file in pkgutil.iter_modules(folder.__path__):
            if not file.name.startswith("_") and not file.ispkg:
                place = f"{self._package}.{file.name}"
                yield place, self._only_entry(place, importlib.import_module(place))
        if not os.environ.get(NO_PLUGINS):
            yield from self._plugins()

    def _plugins(self) -> Iterator[tuple[str, Entry]]:
        for point in entry_points(group=self._package):
            place = f"plugin {point.name} ({point.value})"
            try:
                loaded = point.load()
            except Exception as error:
                raise CatalogueError(f"{place} of {self._package} does not load: {error!r}") from error
            yield (
                place,
                self._only_entry(place, loaded) if isinstance(loaded, ModuleType) else self._checked(place, loaded),
            )

    def _only_entry(self, place: str, module: ModuleType) -> Entry:
        entries = [value for value in vars(module).values() if isinstance(value, self._kind)]
        if len(entries) != 1:
            raise CatalogueError(f"{place}: holds {len(entries)} entries of {self._package}, not one")
        return entries[0]

    def _checked(self, place: str, entry: object) -> Entry:
        if not isinstance(entry, self._kind):
            raise CatalogueError(f"{place}: is no {self._kind.__name__}")
        return entry

    def _unknown(self, name: str) -> str:
        known = list(self.entries)
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        what = self._package.rpartition(".")[2].removesuffix("s")
        return f"no {what} named {name!r}" + (
            f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(known)}"
        )
