"""What `pyproject.toml` says to a command: the table `[tool.streamkit.<command>]` of the nearest one upwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamkit.errors import UsageError

FILE = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """One command's table. `path` is the file it stands in, None where there is none."""

    table: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
    section: str = ""

    def text(self, key: str) -> str | None:
        """A string, or None where it is not set. Raises UsageError for another type."""
        value: str | None = self._typed(key, str, "a string")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where it is not set."""
        return bool(self._typed(key, bool, "true or false"))

    def number(self, key: str) -> float | None:
        """A number, or None where it is not set. Raises UsageError for another type."""
        value = self.table.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise UsageError(f"{self.named(key)} is not a number")
        return value

    def texts(self, key: str) -> list[str]:
        """A list of strings; empty where it is not set."""
        return _strings(self._typed(key, list, "a list of strings"), self.named(key))

    def lists(self, key: str) -> dict[str, list[str]]:
        """A table of lists of strings; empty where it is not set."""
        table = self._typed(key, dict, "a table of lists of strings") or {}
        return {name: _strings(value, f"{self.named(key)}.{name}") for name, value in table.items()}

    def named(self, key: str) -> str:
        """How a message names a key: file, table and key."""
        return f"{self.path}: [tool.streamkit.{self.section}] {key}"

    def _typed(self, key: str, kind: type, wanted: str) -> Any:
        value = self.table.get(key)
        if value is not None and not isinstance(value, kind):
            raise UsageError(f"{self.named(key)} is not {wanted}")
        return value


def load(section: str, keys: tuple[str, ...], start: Path | None = None) -> Config:
    """The table `[tool.streamkit.<section>]` of the nearest pyproject.toml from `start` (the current folder) upwards.

    `keys` are those that the command knows; another one is refused with the nearest that it knows. Raises UsageError.
    """
    place = (start or Path.cwd()).resolve()
    path = next((folder / FILE for folder in (place, *place.parents) if (folder / FILE).is_file()), None)
    if path is None:
        return Config(section=section)
    try:
        text = path.read_text(encoding="utf-8")
        if "streamkit" not in text:  # so it has no such table, and need not be parsed
            return Config(path=path, section=section)
        import tomllib

        document = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    table = document.get("tool", {}).get("streamkit", {}).get(section, {})
    config = Config(table if isinstance(table, dict) else {}, path, section)
    for key in config.table:
        if key not in keys:
            import difflib

            near = difflib.get_close_matches(key, keys, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(keys)}"
            raise UsageError(f"{config.named(key)}: no such key{hint}")
    return config


def _strings(value: Any, named: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"{named} is not a list of strings")
    return value
