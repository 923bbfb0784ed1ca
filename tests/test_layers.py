"""The architecture, checked on the syntax trees: imports point downward, packages of one layer do not import each
other, catalogue entries are independent, packages are entered by their doors, and only one module opens files for
writing."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

import streamkit

ROOT = Path(__file__).parents[1]

FLOORS = {
    "collector": 0, "frozen": 0, "imports": 0, "patterns": 0,
    "errors": 1, "text": 1, "lazy": 1, "wire": 1,
    "model": 2, "registry": 2, "tool": 2, "palette": 2,
    "providers": 3,
    "formats": 4, "apis": 4, "rules": 4, "metrics": 4, "definitions": 4, "tokenizers": 4, "probes": 4, "results": 4,
    "compare": 4,
    "reporters": 4, "redact": 4, "playback": 4, "faults": 4, "reduce": 4, "stdio": 4, "locks": 4,
    "transport": 5, "files": 5, "engines": 5,
    "service": 6,
    "__init__": 7, "cli": 7, "pytest_plugin": 7,
    "__main__": 8,
}  # fmt: skip

# Rooms whose modules are entries. Those of `rules` and `probes` are grouped in families: `rules/schema/missing_id.py`.
CATALOGUES = (
    "providers", "faults", "formats", "apis.dialects", "apis", "rules", "metrics", "definitions", "tokenizers", "probes",
    "results", "reporters", "engines",
)  # fmt: skip
FAMILIES = ("rules", "probes")

OUTSIDE = {
    "socket", "ssl", "http", "urllib.request", "subprocess", "time", "aiohttp", "asyncio", "select", "selectors", "signal",
    "shutil", "tempfile", "threading", "multiprocessing", "concurrent",
}  # fmt: skip
# The constants and tables of `http` (status phrases) do no I/O.
HARMLESS = {"http.HTTPStatus", "http"}
MAY_TOUCH_THE_WORLD = {
    "transport", "files", "registry", "engines", "tokenizers", "pytest_plugin", "cli", "__main__", "service", "stdio",
    "locks",
}  # fmt: skip


@dataclass(frozen=True)
class Module:
    """A module of the package, or one next to it (`tests`, `docs`, `benchmarks`): its dotted name and its source."""

    name: str
    source: str
    package: bool = False

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(ast.parse(self.source)))

    @property
    def room(self) -> str:
        return room_of(self.name)

    @cached_property
    def imports(self) -> list[str]:
        """Every module that this one imports, in any place and in any form."""
        return [resolved(name) for name in self._names()]

    def _names(self) -> Iterator[str]:
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from (f"{self._base(node)}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__") and node.args:
                yield from literal_start(node.args[0])

    def _base(self, node: ast.ImportFrom) -> str:
        """Return the module from which names are imported, resolving relative imports."""
        if not node.level:
            return node.module or ""
        folder = self.name.split(".") if self.package else self.name.split(".")[:-1]
        above = folder[: len(folder) - node.level + 1]
        return ".".join([*above, *filter(None, [node.module])])

    @property
    def ours(self) -> list[str]:
        return [name for name in self.imports if f"{name}.".startswith("streamkit.")]


def read(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    package = parts[-1] == "__init__"
    return Module(".".join(parts[:-1] if package else parts), path.read_text(encoding="utf-8"), package)


def room_of(name: str) -> str:
    """Return the top-level package of a dotted name: `streamkit.rules.schema` is in `rules`; the package itself is
    `__init__`."""
    return [*name.split("."), "__init__"][1]


def resolved(name: str) -> str:
    """Return the module that a dotted name refers to: for our own names, the longest prefix that is a module."""
    parts = name.split(".")
    if parts[0] != "streamkit" or len(parts) < 3:
        return name if name not in FACE else "streamkit"
    while len(parts) > 2 and ".".join(parts) not in NAMES:
        parts.pop()
    return ".".join(parts)


def literal_start(node: ast.expr) -> Iterator[str]:
    """Return the text of a literal, or of the complete modules at the beginning of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
        yield str(node.values[0].value).rpartition(".")[0]


def called(node: ast.Call) -> str:
    """Return the last word of a called name: `open` of `Path(x).open()`."""
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


FILES = sorted((ROOT / "streamkit").rglob("*.py"))
MODULES = [read(path) for path in FILES]
NAMES = {module.name for module in MODULES}
FACE = {f"streamkit.{name}" for name in streamkit.__all__}
BESIDE = [read(path) for folder in ("tests", "docs", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))]


def arrows_run_down(module: Module) -> Iterator[str]:
    """A room imports lower floors and itself; rooms of one floor do not import each other."""
    for name in module.ours:
        other = room_of(name)
        if other not in FLOORS:
            yield f"{module.name} imports {other}, which is on no floor"
        elif other != module.room and FLOORS[other] >= FLOORS[module.room]:
            yield f"{module.name} (floor {FLOORS[module.room]}) imports {name} (floor {FLOORS[other]})"


def entries_stand_alone(module: Module) -> Iterator[str]:
    """An entry is imported only by its own modules; everybody else uses the catalogue."""
    own = entry_of(module.name)
    for name in module.ours:
        other = entry_of(name)
        if other not in (None, own):
            yield f"{module.name} imports {name}, a module of the entry {other}"


def entry_of(name: str) -> str | None:
    """Return the entry to which a module belongs; None for doors, shared parts and modules outside the catalogues."""
    room = next((room for room in CATALOGUES if f"{name}.".startswith(f"streamkit.{room}.")), None)
    if room is None:
        return None
    below = name.split(".")[2 + room.count(".") :]
    depth = 2 if room in FAMILIES else 1
    if (
        len(below) < depth
        or any(part.startswith("_") for part in below[:depth])
        or ".".join([room, *below]) in CATALOGUES
    ):
        return None
    return ".".join(["streamkit", room, *below[:depth]])


def the_core_is_pure(module: Module) -> Iterator[str]:
    """No sockets, processes or clocks, except in the rooms that may use them."""
    if module.room not in MAY_TOUCH_THE_WORLD:
        for name in module.imports:
            if name not in HARMLESS and any(f"{name}.".startswith(f"{outside}.") for outside in OUTSIDE):
                yield f"{module.name} imports {name}"


_MODE = re.compile(r"[rwaxbtU+]+")
_OPENS_FOR_WRITING = re.compile(r"O_(?:WRONLY|RDWR|CREAT|APPEND|TRUNC)\b")


def only_files_writes(module: Module) -> Iterator[str]:
    """Only `streamkit.files` opens files for writing: exclusively, with mode 0600, and one write per line."""
    if module.room == "files":
        return
    for call in module.calls:
        if called(call) in ("write_text", "write_bytes", "fdopen") or (called(call) == "open" and is_for_writing(call)):
            yield f"{module.name}:{call.lineno} writes a file: {ast.unparse(call)}"


def is_for_writing(call: ast.Call) -> bool:
    """Return whether a call of some `open` has a mode or flags for writing: `open(p, "w")`, `os.open(p, O_CREAT)`."""
    if call.args and ast.unparse(call.args[0]) == "os.devnull":
        return False
    arguments = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in ("mode", "flags"))]
    if isinstance(call.func, ast.Name):
        arguments = arguments[1:] if call.args else arguments  # the first is the path
    for argument in arguments:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            if _MODE.fullmatch(argument.value) and set(argument.value) & set("wax+"):
                return True
        elif _OPENS_FOR_WRITING.search(ast.unparse(argument)):
            return True
    return False


def rooms_have_doors(module: Module) -> Iterator[str]:
    """A module with a leading underscore is imported only from its own folder, and by the tests of its room."""
    home = module.name.replace("tests.", "streamkit.", 1)
    for name in module.ours:
        parts = name.split(".")
        for place, part in enumerate(parts):
            owner = ".".join(parts[:place])
            inside = f"{home}.".startswith(f"{owner}.")
            if part.startswith("_") and not part.startswith("__") and not inside:
                yield f"{module.name} imports {name}, which is private to {owner}"


Law = Callable[[Module], Iterator[str]]
LAWS: tuple[Law, ...] = (arrows_run_down, entries_stand_alone, the_core_is_pure, only_files_writes)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_package_follows(law: Law) -> None:
    assert [broken for module in MODULES for broken in law(module)] == []


def test_private_modules_stay_private() -> None:
    assert [broken for module in [*MODULES, *BESIDE] for broken in rooms_have_doors(module)] == []


# For each law a module that breaks it: a law that finds nothing there would be useless.
OFFENDERS = [
    (arrows_run_down, "streamkit.model.stream", "from streamkit.cli import main"),
    (arrows_run_down, "streamkit.model.stream", "import streamkit.cli.main"),
    (arrows_run_down, "streamkit.model.stream", "def f():\n    from streamkit.cli.main import cli"),
    (arrows_run_down, "streamkit.model.stream", "if TYPE_CHECKING:\n    from streamkit.rules import Rule"),
    (arrows_run_down, "streamkit.rules.x", "import importlib\nimportlib.import_module('streamkit.cli.lint')"),
    (arrows_run_down, "streamkit.rules.x", "from importlib import import_module\nimport_module('streamkit.cli')"),
    (arrows_run_down, "streamkit.rules.x", "import importlib\nimportlib.import_module(f'streamkit.cli.{name}')"),
    (arrows_run_down, "streamkit.rules.x", "__import__('streamkit.transport.client')"),
    (arrows_run_down, "streamkit.rules.x", "from streamkit.metrics import METRICS"),
    (arrows_run_down, "streamkit.rules.x", "from ..metrics import METRICS"),
    (arrows_run_down, "streamkit.rules.x", "import streamkit"),
    (arrows_run_down, "streamkit.rules.x", "from streamkit import read"),
    (arrows_run_down, "streamkit.rules.x", "from streamkit.no_such_room import thing"),
    (entries_stand_alone, "streamkit.metrics.x", "from streamkit.metrics.chunks import measured"),
    (entries_stand_alone, "streamkit.metrics.x", "from streamkit.metrics import chunks"),
    (entries_stand_alone, "streamkit.formats.x", "from streamkit.formats.gist_log.lines import Lines"),
    (entries_stand_alone, "streamkit.formats.har.events", "from streamkit.formats import gist_log"),
    (entries_stand_alone, "streamkit.apis._kit.merge", "from streamkit.apis.openai_chat.chunks import flags"),
    (entries_stand_alone, "streamkit.rules.json.x", "from streamkit.rules.sequence.repeated_role import check"),
    (entries_stand_alone, "streamkit.apis.x", "from streamkit.apis.dialects import groq"),
    (entries_stand_alone, "streamkit.cli.x", "from streamkit.metrics.chunks import measured"),
    (the_core_is_pure, "streamkit.metrics.x", "import time"),
    (the_core_is_pure, "streamkit.metrics.x", "from time import monotonic"),
    (the_core_is_pure, "streamkit.metrics.x", "import urllib.request"),
    (the_core_is_pure, "streamkit.palette", "import select"),
    (the_core_is_pure, "streamkit.metrics.x", "from http.client import HTTPConnection"),
    (the_core_is_pure, "streamkit.metrics.x", "import importlib\nimportlib.import_module('socket')"),
    (only_files_writes, "streamkit.cli.x", "open(path, 'w')"),
    (only_files_writes, "streamkit.cli.x", "open(path, mode='ab')"),
    (only_files_writes, "streamkit.cli.x", "open(path, 'xb')"),
    (only_files_writes, "streamkit.cli.x", "open(path, 'r+')"),
    (only_files_writes, "streamkit.cli.x", "import io\nio.open(path, 'w')"),
    (only_files_writes, "streamkit.cli.x", "Path(path).open('w')"),
    (only_files_writes, "streamkit.cli.x", "with path.open(mode='a') as file: ..."),
    (only_files_writes, "streamkit.cli.x", "import gzip\ngzip.open(path, 'wb')"),
    (only_files_writes, "streamkit.cli.x", "import os\nos.open(path, os.O_WRONLY)"),
    (only_files_writes, "streamkit.cli.x", "import os\nos.open(path, flags=os.O_RDWR | os.O_CREAT)"),
    (only_files_writes, "streamkit.cli.x", "from os import open, O_CREAT\nopen(path, O_CREAT, 0o600)"),
    (only_files_writes, "streamkit.cli.x", "Path(path).write_text(text)"),
    (only_files_writes, "streamkit.cli.x", "path.write_bytes(data)"),
    (rooms_have_doors, "streamkit.cli.x", "from streamkit.metrics._metric import METRICS"),
    (rooms_have_doors, "streamkit.cli.x", "from streamkit.metrics import _metric"),
    (rooms_have_doors, "streamkit.cli.x", "import streamkit.metrics._metric"),
    (rooms_have_doors, "streamkit.cli.x", "import streamkit.metrics._metric as contract"),
    (rooms_have_doors, "tests.cli.test_x", "from streamkit.metrics._gate import Gate"),
    (rooms_have_doors, "streamkit.cli.x", "from ..metrics import _metric"),
    (rooms_have_doors, "tests.x", "import importlib\nimportlib.import_module('streamkit.metrics._metric')"),
]


@pytest.mark.parametrize(("law", "name", "source"), OFFENDERS)
def test_a_violation_is_found(law: Law, name: str, source: str) -> None:
    assert list(law(Module(name, source)))


LAWFUL = [
    (arrows_run_down, "streamkit.rules.x", "from streamkit.model.stream import Stream"),
    (arrows_run_down, "streamkit.cli.x", "import importlib\nimportlib.import_module(f'streamkit.cli.{name}')"),
    (entries_stand_alone, "streamkit.metrics.x", "from streamkit.metrics import metric, Timeline"),
    (entries_stand_alone, "streamkit.metrics.x", "from streamkit.metrics._server import nanoseconds"),
    (entries_stand_alone, "streamkit.formats.har", "from streamkit.formats.har.events import messages_of"),
    (entries_stand_alone, "streamkit.apis.openai_chat.chunks", "from streamkit.apis.openai_chat.shape import SHAPE"),
    (entries_stand_alone, "streamkit.apis.x", "from streamkit.apis.dialects import DIALECTS"),
    (entries_stand_alone, "streamkit.apis.x", "from streamkit.apis._kit.merge import joined"),
    (entries_stand_alone, "streamkit.rules.json.x", "from streamkit.rules import Sighting, rule"),
    (the_core_is_pure, "streamkit.metrics.x", "from http import HTTPStatus"),
    (the_core_is_pure, "streamkit.transport.x", "import socket"),
    (only_files_writes, "streamkit.cli.x", "open('a')"),
    (only_files_writes, "streamkit.cli.x", "path.open('rb')"),
    (only_files_writes, "streamkit.cli.x", "import os\nos.open(path, os.O_RDONLY)"),
    (only_files_writes, "streamkit.files", "open(path, 'xb')"),
    (rooms_have_doors, "streamkit.metrics.x", "from streamkit.metrics._server import nanoseconds"),
    (rooms_have_doors, "streamkit.cli.x", "from streamkit.__main__ import main"),
]


@pytest.mark.parametrize(("law", "name", "source"), LAWFUL)
def test_allowed_code_is_not_reported(law: Law, name: str, source: str) -> None:
    assert list(law(Module(name, source))) == []


def find_cycle(name: str, edges: dict[str, list[str]], seen: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
    """Return an import cycle that can be reached from this module, or an empty one."""
    if name in seen:
        return seen[seen.index(name) :]
    for other in edges.get(name, ()):
        if other not in done and (found := find_cycle(other, edges, (*seen, name), done)):
            return found
    done.add(name)
    return ()


def test_no_import_cycle() -> None:
    edges = {module.name: module.ours for module in MODULES}
    done: set[str] = set()
    for name in edges:
        assert not find_cycle(name, edges, (), done)


def test_an_import_cycle_is_found() -> None:
    assert find_cycle("a", {"a": ["b"], "b": ["c"], "c": ["b"]}, (), set()) == ("b", "c")
