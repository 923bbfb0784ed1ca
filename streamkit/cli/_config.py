"""Command defaults from the table `[tool.streamkit.<command>]` of the nearest `pyproject.toml`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from streamkit.cli.settings import SETTINGS
from streamkit.errors import UsageError, suggestion
from streamkit.frozen import dataclass
from streamkit.model.units import DURATIONS, duration
from streamkit.patterns import pattern

FILE = "pyproject.toml"

# What begins a line of every TOML file that has a table `tool.streamkit`, however that is written.
_TABLE = pattern(r"""^[\s\[]*["']?tool["']?\s*(?:[\]=]|\.\s*["']?streamkit)""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Config:
    """One command's table. `path` is the file that it was read from, or None."""

    table: Mapping[str, Any] = field(default_factory=dict)
    path: str | None = None
    section: str = ""

    @property
    def folder(self) -> str:
        """The folder of the file, to which paths in it are relative; the current one if there is no file."""
        return os.path.dirname(self.path) if self.path else ""

    def beside(self, name: str) -> str:
        """Return the path of a file that is named relative to that folder."""
        return os.path.join(self.folder, name)

    def text(self, key: str) -> str | None:
        """Return a string, or None if it is not set. Raises UsageError for another type."""
        value: str | None = self._typed(key, str, "a string")
        return value

    def flag(self, key: str) -> bool:
        """Return a boolean; false if it is not set."""
        return bool(self._typed(key, bool, "true or false"))

    def duration(self, key: str) -> int | None:
        """Nanoseconds, from a number of seconds or a text such as `500ms`; None if it is not set. Raises UsageError."""
        value = self.table.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise UsageError(f"{self.named(key)} is not a duration: expected {DURATIONS}")
        try:
            return duration(str(value))
        except ValueError as error:
            raise UsageError(f"{self.named(key)}: {error}") from None

    def texts(self, key: str) -> list[str]:
        """Return a list of strings; empty if it is not set."""
        return _strings(self._typed(key, list, "a list of strings"), self.named(key))

    def lists(self, key: str) -> dict[str, list[str]]:
        """Return a table of lists of strings; empty if it is not set."""
        table = self._typed(key, dict, "a table of lists of strings") or {}
        return {name: _strings(value, f"{self.named(key)}.{name}") for name, value in table.items()}

    def relative(self, file: str) -> str:
        """Return a file's path as seen from the folder of pyproject.toml, with slashes; as given if there is no such file."""
        if self.path is None:
            return file.removeprefix("./")
        return os.path.relpath(file, self.folder).replace(os.sep, "/")

    def named(self, key: str) -> str:
        """Return the key as error messages name it: file, table and key."""
        return f"{self.path}: [tool.streamkit.{self.section}] {key}"

    def _typed(self, key: str, kind: type, expected: str) -> Any:
        value = self.table.get(key)
        if value is not None and not isinstance(value, kind):
            raise UsageError(f"{self.named(key)} is not {expected}")
        return value


def load_table(section: str, start: str | os.PathLike[str] = ".") -> Config:
    """Return the table `[tool.streamkit.<section>]` of the nearest pyproject.toml from `start` (the current folder) upwards.

    Raises UsageError if the file cannot be read, and for a table or a key that is unknown, in any section: what is
    misspelled would otherwise be ignored silently.
    """
    path = _nearest(os.path.realpath(start))
    if path is None:
        return Config(section=section)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if not (
            "streamkit" in text and _TABLE.search(text)
        ):  # nothing to parse, which takes longer than to lint a short stream
            return Config(path=path, section=section)
        import tomllib

        document = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    tool = document.get("tool", {})
    tables = tool.get("streamkit", {}) if isinstance(tool, dict) else {}
    _check_table(tables, SETTINGS, f"{path}: [tool.streamkit]", "table")
    for name, table in tables.items():
        _check_table(table, SETTINGS[name], f"{path}: [tool.streamkit.{name}]", "key")
    return Config(tables.get(section, {}), path, section)


def _nearest(folder: str) -> str | None:
    """Return the pyproject.toml of this folder, or of the nearest one above it; None if there is none."""
    while not os.path.isfile(path := os.path.join(folder, FILE)):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return path


def _check_table(table: object, known: Mapping[str, Any], named: str, kind: str) -> None:
    """Raise UsageError if `table` is not a table or holds a name that is not `known`."""
    if not isinstance(table, dict):
        raise UsageError(f"{named} is not a table")
    for name in table:
        if name not in known:
            raise UsageError(f"{named} {name}: unknown {kind}; {suggestion(name, known)}")


def _strings(value: Any, named: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"{named} is not a list of strings")
    return value
