"""Command defaults from the table `[tool.streamkit.<command>]` of the nearest `pyproject.toml`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from streamkit.cli.settings import SETTINGS
from streamkit.errors import UsageError, suggestion
from streamkit.frozen import dataclass
from streamkit.model.units import DURATIONS, duration

FILE = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """One command's table. `path` is the file that it was read from, or None."""

    table: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
    section: str = ""

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
        return Path(os.path.relpath(file, self.path.parent)).as_posix()

    def named(self, key: str) -> str:
        """Return the key as error messages name it: file, table and key."""
        return f"{self.path}: [tool.streamkit.{self.section}] {key}"

    def _typed(self, key: str, kind: type, expected: str) -> Any:
        value = self.table.get(key)
        if value is not None and not isinstance(value, kind):
            raise UsageError(f"{self.named(key)} is not {expected}")
        return value


def load_table(section: str, start: Path | None = None) -> Config:
    """Return the table `[tool.streamkit.<section>]` of the nearest pyproject.toml from `start` (the current folder) upwards.

    Raises UsageError if the file cannot be read, and for a table or a key that is unknown, in any section: what is
    misspelled would otherwise be ignored silently.
    """
    folder = (start or Path.cwd()).resolve()
    path = next((parent / FILE for parent in (folder, *folder.parents) if (parent / FILE).is_file()), None)
    if path is None:
        return Config(section=section)
    try:
        text = path.read_text(encoding="utf-8")
        if "streamkit" not in text:  # no such table, so there is nothing to parse
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
