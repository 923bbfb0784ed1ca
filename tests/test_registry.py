"""Catalogues: each file is an entry, and an error in one is fatal and names it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from streamkit import registry
from streamkit.apis import APIS
from streamkit.errors import CatalogueError, StreamkitError, UnknownEntry
from streamkit.faults import FAULTS
from streamkit.formats import FORMATS
from streamkit.metrics import metric_named
from streamkit.registry import Catalogue
from streamkit.service.converting import writable


@dataclass(frozen=True)
class Fruit:
    name: str


ENTRY = "from tests_fruit_kind import Fruit\nENTRY = Fruit({name!r})\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty catalogue folder that can be imported as `fruits`."""
    package = tmp_path / "fruits"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, "tests_fruit_kind", sys.modules[__name__])
    yield package
    for name in [name for name in sys.modules if name.split(".")[0] in ("fruits", "orchard")]:
        del sys.modules[name]


def catalogue() -> Catalogue[Fruit]:
    return Catalogue("fruits", Fruit, lambda fruit: fruit.name)


def test_every_file_without_an_underscore_is_one_entry(folder: Path) -> None:
    (folder / "pear.py").write_text(ENTRY.format(name="pear"))
    (folder / "apple.py").write_text(ENTRY.format(name="apple"))
    (folder / "_shared.py").write_text("raise AssertionError('not an entry')")

    assert list(catalogue()) == ["apple", "pear"]
    assert catalogue()["pear"] == Fruit("pear")


def test_a_folder_is_an_entry_too(folder: Path) -> None:
    (folder / "apple").mkdir()
    (folder / "apple" / "__init__.py").write_text(ENTRY.format(name="apple"))
    (folder / "apple" / "core.py").write_text("raise AssertionError('a part of the entry, imported by it alone')")
    assert list(catalogue()) == ["apple"]
    assert catalogue()["apple"] == Fruit("apple")


def test_entries_may_be_grouped_in_families(folder: Path) -> None:
    for family, name in (("pome", "apple"), ("stone", "plum")):
        (folder / family).mkdir()
        (folder / family / "__init__.py").write_text("")
        (folder / family / f"{name}.py").write_text(ENTRY.format(name=name))
    fruits = Catalogue("fruits", Fruit, lambda fruit: fruit.name, families=True)
    assert dict(fruits) == {"apple": Fruit("apple"), "plum": Fruit("plum")}


def listed(made: list[str]) -> Catalogue[Fruit]:
    def from_row(module: str, row: dict[str, Any]) -> Fruit:
        made.append(module)
        return Fruit(row["name"])

    return Catalogue("fruits", Fruit, lambda fruit: fruit.name, from_row=from_row)


def test_an_entry_of_the_index_is_not_imported_unless_its_file_changed(folder: Path) -> None:
    for name in ("apple", "pear", "plum"):
        (folder / f"{name}.py").write_text(ENTRY.format(name=name))
    index = registry.index_of(listed([]), lambda fruit: {"name": fruit.name})
    for name in ("apple", "pear", "plum"):
        del sys.modules[f"fruits.{name}"]
    (folder / registry.INDEX).write_bytes(index)
    (folder / "pear.py").write_text(ENTRY.format(name="conference"))
    (folder / "plum.py").unlink()
    (folder / "quince.py").write_text(ENTRY.format(name="quince"))
    made: list[str] = []

    assert list(listed(made)) == ["apple", "conference", "quince"]
    assert made == ["fruits.apple"]
    assert "fruits.apple" not in sys.modules


def test_without_an_index_every_entry_is_imported(folder: Path) -> None:
    (folder / "apple.py").write_text(ENTRY.format(name="apple"))
    made: list[str] = []
    assert list(listed(made)) == ["apple"]
    assert not made


def test_a_catalogue_in_a_zip(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(folder.parent / "packed.zip", "w") as packed:
        packed.writestr("orchard/__init__.py", "")
        packed.writestr("orchard/plum.py", ENTRY.format(name="plum"))
        packed.writestr("orchard/_shared.py", "raise AssertionError('not an entry')")
    monkeypatch.syspath_prepend(str(folder.parent / "packed.zip"))
    assert list(Catalogue("orchard", Fruit, lambda fruit: fruit.name)) == ["plum"]


def test_a_folder_without_a_module_is_not_an_entry(folder: Path) -> None:
    (folder / "__pycache__").mkdir()
    (folder / "leaves").mkdir()
    (folder / "notes.txt").write_text("")
    assert list(catalogue()) == []


def test_a_subfolder_may_be_excluded(folder: Path) -> None:
    (folder / "baskets").mkdir()
    (folder / "baskets" / "__init__.py").write_text("")
    fruits = Catalogue("fruits", Fruit, lambda fruit: fruit.name, apart=("baskets",))
    assert list(fruits) == []
    with pytest.raises(UnknownEntry):
        fruits["baskets"]


def test_a_catalogue_is_a_mapping(folder: Path) -> None:
    (folder / "pear.py").write_text(ENTRY.format(name="pear"))
    fruits = catalogue()
    assert isinstance(fruits, Mapping)
    assert ("pear" in fruits, "plum" in fruits, len(fruits)) == (True, False, 1)
    assert fruits.get("plum") is None
    assert list(fruits.items()) == [("pear", Fruit("pear"))]
    with pytest.raises(KeyError, match=r"^unknown fruit 'plum'; expected one of: pear$"):
        fruits["plum"]


def test_nothing_is_imported_before_it_is_used(folder: Path) -> None:
    (folder / "pear.py").write_text(ENTRY.format(name="pear"))
    fruits = catalogue()
    assert "fruits.pear" not in sys.modules
    assert fruits["pear"] == Fruit("pear")
    assert "fruits.pear" in sys.modules


def test_entries_are_the_modules_that_an_import_finds(folder: Path) -> None:
    (folder / "pear.py").write_text(ENTRY.format(name="pear"))
    (folder / "apple").mkdir()
    (folder / "apple" / "__init__.py").write_text("from fruits.apple import core\n" + ENTRY.format(name="apple"))
    (folder / "apple" / "core.py").write_text("SEEDS = 5")
    entries = catalogue().entries
    package = importlib.import_module("fruits")
    for name in ("apple", "pear"):
        module = importlib.import_module(f"fruits.{name}")
        assert vars(package)[name] is module
        assert entries[name] in vars(module).values()
        assert module.__spec__ is not None
        found = importlib.util.find_spec(f"fruits.{name}")
        assert found is not None
        assert (module.__file__, module.__spec__.cached) == (found.origin, found.cached)
        assert module.__spec__.submodule_search_locations == found.submodule_search_locations


def test_a_module_that_cannot_be_imported_is_tried_again(folder: Path) -> None:
    (folder / "pear.py").write_text("1 / 0")
    with pytest.raises(CatalogueError, match="ZeroDivisionError"):
        catalogue().entries  # noqa: B018
    assert "fruits.pear" not in sys.modules
    (folder / "pear.py").write_text(ENTRY.format(name="pear"))
    importlib.invalidate_caches()
    assert list(catalogue()) == ["pear"]


@pytest.mark.parametrize("key", [5, None, b"pear", ("pear",)])
def test_a_key_that_is_not_a_string_is_unknown(folder: Path, key: object) -> None:
    (folder / "pear.py").write_text(ENTRY.format(name="pear"))
    assert key not in catalogue()
    assert catalogue().get(key) is None  # type: ignore[call-overload]


def test_an_unknown_name_suggests_the_closest(folder: Path) -> None:
    (folder / "apple.py").write_text(ENTRY.format(name="apple"))
    with pytest.raises(UnknownEntry, match="unknown fruit 'aple'; did you mean 'apple'"):
        catalogue()["aple"]


def test_two_entries_of_one_name_are_fatal(folder: Path) -> None:
    (folder / "apple.py").write_text(ENTRY.format(name="apple"))
    (folder / "boskoop.py").write_text(ENTRY.format(name="apple"))
    with pytest.raises(CatalogueError, match=r"fruits\.boskoop: a second entry named 'apple'"):
        _ = catalogue().entries


@pytest.mark.parametrize(("source", "count"), [("", 0), (ENTRY.format(name="a") + "OTHER = Fruit('b')\n", 2)])
def test_a_file_holds_exactly_one_entry(folder: Path, source: str, count: int) -> None:
    (folder / "apple.py").write_text(source)
    with pytest.raises(CatalogueError, match=f"fruits.apple: {count} entries of fruits, expected exactly one"):
        _ = catalogue().entries


BROKEN = {
    "a missing argument": ("from tests_fruit_kind import Fruit\n\nENTRY = Fruit()\n", 3, "TypeError: Fruit.__init__"),
    "a missing name": ("import tests_fruit_kind\nENTRY = Fruit('a')\n", 2, "NameError: name 'Fruit' is not defined"),
    "a missing module": ("import no_such_module\n", 1, "ModuleNotFoundError: No module named 'no_such_module'"),
    "invalid syntax": ("\n\nENTRY = = 1\n", 3, "SyntaxError: invalid syntax"),
}


@pytest.mark.parametrize(("source", "line", "error"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_fails_to_load_is_fatal_and_its_line_is_named(
    folder: Path, source: str, line: int, error: str
) -> None:
    (folder / "apple.py").write_text(source)
    for look_up in (lambda: catalogue().entries, lambda: catalogue()["apple"]):
        with pytest.raises(CatalogueError) as raised:
            look_up()
        assert str(raised.value).startswith(f"{folder / 'apple.py'}:{line}: {error}")


def test_a_part_of_an_entry_that_fails_to_load_is_named(folder: Path) -> None:
    (folder / "apple").mkdir()
    (folder / "apple" / "__init__.py").write_text("from fruits.apple.core import ENTRY\n")
    (folder / "apple" / "core.py").write_text("ENTRY = None.fruit\n")
    with pytest.raises(CatalogueError, match=r"/apple/core\.py:1: AttributeError: "):
        _ = catalogue().entries


def test_another_package_adds_an_entry(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.parent / "orchard.py").write_text(ENTRY.format(name="quince"))
    plugged(monkeypatch, EntryPoint("quince", "orchard", "fruits"))
    assert list(catalogue()) == ["quince"]


@pytest.mark.parametrize("attribute", ["ENTRY", ""], ids=["a value", "a module"])
def test_the_entry_of_another_package_is_a_value_or_the_only_one_of_a_module(
    attribute: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.parent / "orchard.py").write_text(ENTRY.format(name="quince"))
    plugged(monkeypatch, EntryPoint("quince", f"orchard:{attribute}".rstrip(":"), "fruits"))
    assert catalogue()["quince"] == Fruit("quince")


def test_a_plugin_that_fails_to_load_is_fatal_and_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(monkeypatch, EntryPoint("quince", "no_such_module", "fruits"))
    with pytest.raises(CatalogueError) as raised:
        _ = catalogue().entries
    assert str(raised.value) == (
        "plugin quince (no_such_module) of fruits does not load: ModuleNotFoundError: No module named 'no_such_module'"
    )


def test_the_line_of_a_plugin_that_fails_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.parent / "orchard.py").write_text("import sys\nENTRY = sys.fruit\n")
    plugged(monkeypatch, EntryPoint("quince", "orchard", "fruits"))
    with pytest.raises(CatalogueError, match=r"does not load: AttributeError: .* \(/.*/orchard\.py:2\)$"):
        _ = catalogue().entries


def test_plugins_can_be_disabled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(monkeypatch, EntryPoint("quince", "no_such_module", "fruits"))
    monkeypatch.setenv(registry.NO_PLUGINS, "1")
    assert not catalogue().entries


def test_getting_one_entry_imports_no_other(folder: Path) -> None:
    (folder / "red_apple.py").write_text(ENTRY.format(name="red-apple"))
    (folder / "pear.py").write_text("raise AssertionError('imported')")
    assert catalogue()["red-apple"] == Fruit("red-apple")


def test_with_plugins_the_whole_catalogue_is_checked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "apple.py").write_text(ENTRY.format(name="apple"))
    (folder.parent / "orchard.py").write_text(ENTRY.format(name="apple"))
    plugged(monkeypatch, EntryPoint("apple", "orchard", "fruits"))
    with pytest.raises(CatalogueError, match="a second entry named 'apple'"):
        catalogue()["apple"]


INSTALLED = {
    "a package of today": ("orchard-1.0.dist-info/entry_points.txt", "orchard-1.0.dist-info/METADATA"),
    "a package of yesterday": ("orchard.egg-info/entry_points.txt", "orchard.egg-info/PKG-INFO"),
}


@pytest.mark.parametrize("kind", INSTALLED)
def test_packages_are_found_as_the_standard_library_finds_them(
    kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(registry.NO_PLUGINS)
    assert registry.entry_points("fruits") == []
    points, about = (folder.parent / "site" / file for file in INSTALLED[kind])
    points.parent.mkdir(parents=True)
    about.write_text("Metadata-Version: 2.1\nName: orchard\nVersion: 1.0\n")
    points.write_text("[fruits]\nquince = orchard\n")
    (folder.parent / "orchard.py").write_text(ENTRY.format(name="quince"))
    monkeypatch.syspath_prepend(str(folder.parent / "site"))
    assert registry.entry_points("fruits") == list(metadata.entry_points(group="fruits"))
    assert list(catalogue()) == ["quince"]


def test_packages_in_a_zip_are_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(folder.parent / "site.zip", "w") as site:
        site.writestr("orchard-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: orchard\nVersion: 1.0\n")
        site.writestr("orchard-1.0.dist-info/entry_points.txt", "[fruits]\nquince = orchard\n")
    monkeypatch.syspath_prepend(str(folder.parent / "site.zip"))
    assert [point.name for point in registry.entry_points("fruits")] == ["quince"]


def test_packages_of_another_finder_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Finder:
        def find_distributions(self, context: object) -> list[object]:
            contexts.append(context)
            return []

    contexts: list[object] = []
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    monkeypatch.syspath_prepend("/no/such/folder")
    registry.entry_points("fruits")
    assert contexts


def plugged(monkeypatch: pytest.MonkeyPatch, point: EntryPoint) -> None:
    monkeypatch.delenv(registry.NO_PLUGINS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == point.group else [])


UNKNOWN = {
    "a metric": (lambda: metric_named("tttft"), "unknown metric 'tttft'; did you mean 'ttft'?"),
    "a fault": (lambda: FAULTS["cutt"], "unknown fault 'cutt'; did you mean 'cut'?"),
    "a format to read": (lambda: FORMATS["recordin"], "unknown format 'recordin'; did you mean 'recording'?"),
    "a format to write": (lambda: writable("harr"), "unknown format 'harr'; did you mean 'har'?"),
    "an API": (lambda: APIS["opnai_chat"], "unknown api 'opnai_chat'; did you mean 'openai_chat'?"),
}


@pytest.mark.parametrize(("look_up", "error"), UNKNOWN.values(), ids=UNKNOWN)
def test_every_catalogue_and_option_suggests_the_closest_name(look_up: Callable[[], object], error: str) -> None:
    with pytest.raises(StreamkitError) as raised:
        look_up()
    assert str(raised.value) == error
