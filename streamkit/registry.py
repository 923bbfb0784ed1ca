"""Catalogues: the entries of a package folder, plus those that other packages add through entry points.

Nothing registers itself. A catalogue is filled on first use, so that `--help` costs nothing. An entry is a module, or a
package (a folder with an `__init__.py`), whose name has no leading underscore. Duplicate names, modules without an entry
and plugins that fail to load are errors: in CI, a rule that is silently missing would be a false pass.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, ValuesView
from functools import cache, cached_property
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar, cast

from streamkit.errors import CatalogueError, UnknownEntry, suggestion

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Entry = TypeVar("Entry")

# Set this variable to disable plugins, as the tests do.
NO_PLUGINS = "STREAMKIT_NO_PLUGINS"
_IMPORTING = RLock()
_PACKAGE_FOLDERS = (".dist-info", ".egg-info", "egg-info")


class Catalogue(Mapping[str, Entry]):
    """The entries of one package folder by name, sorted by name.

    `package` is the folder (`streamkit.metrics`), `kind` the class of its entries, and `name` returns an entry's name. With
    `families`, the folder contains folders of entries (`streamkit.rules.schema`). `apart` names subfolders without entries
    of this catalogue. Other packages add entries through the entry-point group named like the folder; an entry point
    refers to an entry, or to a module with exactly one.
    """

    def __init__(
        self,
        package: str,
        kind: type[Entry],
        name: Callable[[Entry], str],
        *,
        families: bool = False,
        apart: tuple[str, ...] = (),
    ) -> None:
        self._package = package
        self._kind = kind
        self._name = name
        self._families = families
        self._apart = apart
        self._alone: dict[str, Entry] = {}  # entries that were imported without the others

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, name: str) -> Entry:
        """Return the entry of that name. Raises UnknownEntry, a KeyError that suggests the closest name."""
        if "entries" not in vars(self):
            entry = self._alone.get(name) or self._module_named(name)
            if entry is not None:
                self._alone[name] = entry
                return entry
        try:
            return self.entries[name]
        except KeyError:
            raise UnknownEntry(self._unknown(name)) from None

    def values(self) -> ValuesView[Entry]:
        """Return all entries. Those of a Mapping look up each of them by its name."""
        return self.entries.values()

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """All entries by name, sorted. Raises CatalogueError."""
        found: dict[str, Entry] = {}
        origins: dict[str, str] = {}
        for origin, entry in self._found():
            name = self._name(entry)
            if name in found:
                raise CatalogueError(
                    f"{origin}: a second entry named {name!r} in {self._package}; the first is {origins[name]}"
                )
            found[name], origins[name] = entry, origin
        return dict(sorted(found.items()))

    def _module_named(self, name: str) -> Entry | None:
        """Return the entry whose module has the same name, without importing the others; None if that cannot be decided."""
        if not isinstance(name, str):
            return None
        module = name.replace("-", "_")
        if not module.isidentifier() or module.startswith("_") or module in self._apart:
            return None
        if self._families or self._points():
            return None
        folder = importlib.import_module(self._package)
        if not any(_is_module(os.path.join(path, module)) for path in folder.__path__):  # noqa: PTH118
            return None
        qualified = f"{self._package}.{module}"
        entry = self._only_entry(qualified, _imported(qualified))
        return entry if self._name(entry) == name else None

    def _found(self) -> Iterator[tuple[str, Entry]]:
        for module in self._modules(self._package):
            for member in self._modules(module.__name__) if self._families else (module,):
                yield member.__name__, self._only_entry(member.__name__, member)
        yield from self._plugins()

    def _modules(self, package: str) -> Iterator[ModuleType]:
        """Yield the modules and packages of a folder that are not private."""
        parent = importlib.import_module(package)
        for name, path in _module_files(parent.__path__).items():
            if not name.startswith("_") and name not in self._apart:
                yield _imported(f"{package}.{name}", path)

    def _points(self) -> list[EntryPoint]:
        return [] if os.environ.get(NO_PLUGINS) else list(entry_points(self._package))

    def _plugins(self) -> Iterator[tuple[str, Entry]]:
        for point in self._points():
            source = f"plugin {point.name} ({point.value})"
            try:
                loaded = point.load()
            except Exception as error:
                where = _place(error, point.module)
                reason = f"{type(error).__name__}: {error}" + (f" ({where})" if where else "")
                raise CatalogueError(f"{source} of {self._package} does not load: {reason}") from error
            yield (
                source,
                self._only_entry(source, loaded) if isinstance(loaded, ModuleType) else self._checked(source, loaded),
            )

    def _only_entry(self, source: str, module: ModuleType) -> Entry:
        entries = [value for value in vars(module).values() if isinstance(value, self._kind)]
        if len(entries) != 1:
            raise CatalogueError(f"{source}: {len(entries)} entries of {self._package}, expected exactly one")
        return entries[0]

    def _checked(self, source: str, entry: object) -> Entry:
        if not isinstance(entry, self._kind):
            raise CatalogueError(f"{source}: expected a {self._kind.__name__}, got {type(entry).__name__}")
        return entry

    def _unknown(self, name: str) -> str:
        what = self._package.rpartition(".")[2].removesuffix("s")
        return f"unknown {what} {name!r}; {suggestion(str(name), self.entries)}"


def _imported(module: str, path: str | None = None) -> ModuleType:
    """Import the module of an entry, whose file may be known. Raises CatalogueError, with the line of its file that failed."""
    try:
        return importlib.import_module(module) if path is None else _loaded(module, path)
    except Exception as error:
        raise CatalogueError(f"{_place(error, module) or module}: {type(error).__name__}: {error}") from error


def _place(error: Exception, module: str) -> str:
    """Return the file and line in this module, or below it, where an exception was raised; "" if it was raised elsewhere."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    place, traceback = "", error.__traceback__
    while traceback is not None:
        name = traceback.tb_frame.f_globals.get("__name__", "")
        if f"{name}.".startswith(f"{module}."):
            place = f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place


def _module_files(folders: Iterable[str]) -> dict[str, str | None]:
    """Return the modules and packages in these folders and their files, sorted by name. Other import paths (a zip) are listed by
    pkgutil, which takes several times as long, and their files are not known."""
    found: dict[str, str | None] = {}
    for folder in folders:
        if not os.path.isdir(folder):  # noqa: PTH112
            import pkgutil

            found.update((module.name, None) for module in pkgutil.iter_modules([folder]))
            continue
        with os.scandir(folder) as inside:  # knows which entries are files without another system call
            for entry in inside:
                name = entry.name.removesuffix(".py")
                if name.isidentifier() and (path := _source_of(entry)):
                    found[name] = None if name in found else path  # the import system knows which one is first
    return dict(sorted(found.items()))


def _source_of(entry: os.DirEntry[str]) -> str | None:
    """Return the source file of something in a folder if it is a module or a package."""
    if entry.name.endswith(".py"):
        return entry.path if entry.is_file() else None
    inner = os.path.join(entry.path, "__init__.py")  # noqa: PTH118
    return inner if os.path.isfile(inner) else None  # noqa: PTH113


def _is_module(path: str) -> bool:
    return os.path.isfile(f"{path}.py") or os.path.isfile(os.path.join(path, "__init__.py"))  # noqa: PTH113, PTH118


def _loaded(qualified: str, path: str) -> ModuleType:
    """Import a module from its file. It need not be found, which takes a third of the time of importing a small module, and there
    are some three hundred."""
    with _IMPORTING:
        if qualified in sys.modules:
            return importlib.import_module(qualified)
        inner = [os.path.dirname(path)] if path.endswith("__init__.py") else None  # noqa: PTH120
        loader = SourceFileLoader(qualified, path)
        spec = spec_from_file_location(qualified, path, loader=loader, submodule_search_locations=inner)
        module = sys.modules[qualified] = module_from_spec(cast("ModuleSpec", spec))
        try:
            loader.exec_module(module)
        except BaseException:
            del sys.modules[qualified]
            raise
        package, _, name = qualified.rpartition(".")
        setattr(sys.modules[package], name, module)
        return sys.modules[qualified]


def entry_points(group: str) -> list[EntryPoint]:
    """Return the entry points of a group, from all installed packages.

    importlib.metadata takes longer than everything else at start-up, so it is only used if the packages' entry_points.txt
    files mention the group.
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
    """Return the entry_points.txt files of the packages on `path`; None if that is not enough to know all entry points, because of a
    zip file or another finder of packages."""
    finders = [finder for finder in sys.meta_path if hasattr(finder, "find_distributions")]
    if [getattr(finder, "__name__", "") for finder in finders] != ["PathFinder"]:
        return None
    texts = []
    for parent in path:
        try:
            with os.scandir(parent or ".") as inside:
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


def data_of(package: str, name: str) -> bytes:
    """Return the contents of a data file of a package, also if the package is in an archive. Raises CatalogueError."""
    import pkgutil

    data = pkgutil.get_data(package, name)
    if data is None:
        raise CatalogueError(f"{package} has no data file {name}")
    return data
