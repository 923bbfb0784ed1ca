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
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from streamkit.errors import CatalogueError, UnknownEntry, suggestion

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Entry = TypeVar("Entry")

# Set this variable to disable plugins, as the tests do.
NO_PLUGINS = "STREAMKIT_NO_PLUGINS"
INDEX = "index.json"
_PACKAGE_FOLDERS = (".dist-info", ".egg-info", "egg-info")


class Catalogue(Mapping[str, Entry]):
    """The entries of one package folder by name, sorted by name.

    `package` is the folder (`streamkit.metrics`), `kind` the class of its entries, and `name` returns an entry's name. With
    `families`, the folder contains folders of entries (`streamkit.rules.schema`). `apart` names subfolders without entries
    of this catalogue. `from_row` makes an entry from the name of its module and a row of `index.json`, a generated file in the folder
    (`index_of`), so that the module need not be imported to know the entry. Other packages add entries through the entry-point group named like the folder; an entry point
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
        from_row: Callable[[str, dict[str, Any]], Entry] | None = None,
    ) -> None:
        self._package = package
        self._kind = kind
        self._name = name
        self._families = families
        self._apart = apart
        self._from_row = from_row
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
        if not any(_is_module(os.path.join(path, module)) for path in folder.__path__):
            return None
        qualified = f"{self._package}.{module}"
        entry = self.imported(qualified)
        return entry if self._name(entry) == name else None

    def _found(self) -> Iterator[tuple[str, Entry]]:
        rows = self._rows()
        for module, path in self.modules():
            row = rows.get(self.key(module)) if path else None
            if self._from_row and row and path and os.stat(path).st_size == row["size"]:
                yield module, self._from_row(module, row)
            else:
                yield module, self.imported(module)
        yield from self._plugins()

    def _rows(self) -> dict[str, dict[str, Any]]:
        """Return the rows of `index.json` by module. Those of a file that has another size now are out of date."""
        if self._from_row is None:
            return {}
        import orjson

        try:
            rows: dict[str, dict[str, Any]] = orjson.loads(data_of(self._package, INDEX))
        except FileNotFoundError:
            return {}
        return rows

    def key(self, module: str) -> str:
        """Return the name of a module's row in `index.json`."""
        return module.removeprefix(f"{self._package}.")

    def modules(self) -> Iterator[tuple[str, str | None]]:
        """Yield the modules of the folder's entries, and their files, where they are known."""
        inside = list(self._inside(self._package, importlib.import_module(self._package).__path__))
        for module, path in inside:
            if not self._families:
                yield module, path
            elif path is not None:
                yield from self._inside(module, [os.path.dirname(path)])
            else:
                yield from self._inside(module, importlib.import_module(module).__path__)

    def _inside(self, package: str, folders: Iterable[str]) -> Iterator[tuple[str, str | None]]:
        """Yield the modules and packages of a package that are not private, and their files."""
        for name, path in _module_files(folders).items():
            if not name.startswith("_") and name not in self._apart:
                yield f"{package}.{name}", path

    def imported(self, module: str) -> Entry:
        """Return the entry of a module. Raises CatalogueError."""
        return self._only_entry(module, _imported(module))

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


def _imported(module: str) -> ModuleType:
    """Import the module of an entry. Raises CatalogueError, with the line of its file that failed."""
    try:
        return importlib.import_module(module)
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
        if not os.path.isdir(folder):
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
    inner = os.path.join(entry.path, "__init__.py")
    return inner if os.path.isfile(inner) else None


def _is_module(path: str) -> bool:
    return os.path.isfile(f"{path}.py") or os.path.isfile(os.path.join(path, "__init__.py"))


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
                with open(os.path.join(folder, "entry_points.txt"), "rb") as file:
                    texts.append(file.read())
            except OSError:
                continue
    return texts


def index_of(catalogue: Catalogue[Entry], row: Callable[[Entry], dict[str, Any]]) -> bytes:
    """Return the contents of the `index.json` of a catalogue: what `row` returns for the entry of each module, and the size of
    the module's file."""
    import orjson

    rows = {
        catalogue.key(module): {"size": os.stat(path).st_size, **row(catalogue.imported(module))}
        for module, path in catalogue.modules()
        if path is not None
    }
    lines = (b'"%b": %b' % (name.encode(), orjson.dumps(rows[name])) for name in sorted(rows))
    return b"{\n%b\n}\n" % b",\n".join(lines)


def data_of(package: str, name: str) -> bytes:
    """Return the contents of a data file of a package, also if the package is in an archive. Raises CatalogueError."""
    import pkgutil

    data = pkgutil.get_data(package, name)
    if data is None:
        raise CatalogueError(f"{package} has no data file {name}")
    return data
