"""A catalogue: the files of a folder, plus what other packages add by entry points.

Nothing registers itself. A catalogue is filled when it is first asked, so that `--help` costs nothing, and every file
without a leading underscore is exactly one entry. A name that occurs twice, a file without an entry and a plugin that
fails to load are named and fatal: in CI, a rule that is silently absent is a false green.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Generic, TypeVar

from streamkit.errors import CatalogueError, UnknownEntry

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Entry = TypeVar("Entry")

# Set to keep other packages' entries out, as the tests do.
NO_PLUGINS = "STREAMKIT_NO_PLUGINS"
_PACKAGE_FOLDERS = (".dist-info", ".egg-info", "egg-info")


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
        if "entries" not in vars(self) and (entry := self._file_named(name)) is not None:
            return entry
        try:
            return self.entries[name]
        except KeyError:
            raise UnknownEntry(self._unknown(name)) from None

    def _file_named(self, name: str) -> Entry | None:
        """The entry of that name where its file is called so and nobody adds any, without filling the catalogue: who
        asks for one reporter need not wait for all. None where that cannot be told."""
        file = name.replace("-", "_")
        if not file.isidentifier() or file.startswith("_") or self._points():
            return None
        place = f"{self._package}.{file}"
        folder = importlib.import_module(self._package)
        if not any(os.path.isfile(os.path.join(path, f"{file}.py")) for path in folder.__path__):  # noqa: PTH113, PTH118
            return None
        entry = self._only_entry(place, importlib.import_module(place))
        return entry if self._name(entry) == name else None

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
        yield from self._plugins()

    def _points(self) -> list[EntryPoint]:
        return [] if os.environ.get(NO_PLUGINS) else list(entry_points(self._package))

    def _plugins(self) -> Iterator[tuple[str, Entry]]:
        for point in self._points():
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
        import difflib

        known = list(self.entries)
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        what = self._package.rpartition(".")[2].removesuffix("s")
        return f"no {what} named {name!r}" + (
            f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(known)}"
        )


def entry_points(group: str) -> list[EntryPoint]:
    """The entry points of a group, of every package that is installed.

    The standard library's own answer takes longer than all else that a command does before it reads, so it is asked only
    where a look at the packages' files, of which there is one for all groups, shows that there is something to find.
    """
    if not _may_be_named(group.encode(), tuple(sys.path)):
        return []
    from importlib import metadata

    return list(metadata.entry_points(group=group))


def _may_be_named(group: bytes, path: tuple[str, ...]) -> bool:
    texts = _entry_point_texts(path)
    return texts is None or any(group in text for text in texts)


@cache
def _entry_point_texts(path: tuple[str, ...]) -> list[bytes] | None:
    """What the packages in the folders of `path` say of their entry points; None where a place is no folder (a zip), or
    where somebody else finds packages too, so that only the standard library can tell."""
    finders = [finder for finder in sys.meta_path if hasattr(finder, "find_distributions")]
    if [getattr(finder, "__name__", "") for finder in finders] != ["PathFinder"]:
        return None
    texts = []
    for place in path:
        try:
            with os.scandir(place or ".") as inside:
                folders = [entry.path for entry in inside if entry.name.lower().endswith(_PACKAGE_FOLDERS)]
        except FileNotFoundError:
            continue
        except OSError:
            return None
        for folder in folders:
            try:
                with open(os.path.join(folder, "entry_points.txt"), "rb") as file:  # noqa: PTH118, PTH123
                    texts.append(file.read())
            except OSError:
                continue
    return texts
