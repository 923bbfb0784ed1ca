"""Paths of fields that are left out when requests are compared, because they change from run to run.

A path is a small part of JSONPath (RFC 9535): `$` and then names (`.messages`, `["odd name"]`), indices (`[0]`) and
wildcards (`.*`, `[*]`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from streamkit.errors import UsageError
from streamkit.frozen import dataclass

_PART = re.compile(
    r'\.(?P<name>\w[\w-]*)|\.(?P<any>\*)|\[(?P<every>\*)\]|\[(?P<index>\d{1,9})\]|\[(?P<quoted>"[^"]+")\]'
)
_EVERY = None

PathStep = str | int | None


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A path: names of fields, indices of items (from 0), and None for every field or item."""

    parts: tuple[PathStep, ...]

    @staticmethod
    def of(text: str) -> FieldPath:
        """Parse a path. Raises UsageError if it is invalid."""
        parts: list[PathStep] = []
        position = 1
        while text.startswith("$") and (found := _PART.match(text, position)):
            position = found.end()
            parts.append(_part(found))
        if not parts or position != len(text):
            raise UsageError(f"invalid field {text!r}: expected a path such as $.user or $.messages[*].created")
        return FieldPath(tuple(parts))


def without_fields(value: Any, paths: Sequence[FieldPath]) -> Any:
    """Return a JSON value without the fields and items that these paths name; `value` itself is not changed."""
    for path in paths:
        value = _without(value, path.parts)
    return value


def _part(found: re.Match[str]) -> PathStep:
    if (index := found["index"]) is not None:
        return int(index)
    if (quoted := found["quoted"]) is not None:
        try:
            name: str = json.loads(quoted)
        except ValueError:
            return quoted[1:-1]
        return name
    return found["name"] or _EVERY


def _without(value: Any, parts: tuple[PathStep, ...]) -> Any:
    part, *rest = parts
    if isinstance(value, dict) and not isinstance(part, int):
        items = [(key, _inner(item, rest) if part in (_EVERY, key) else [item]) for key, item in value.items()]
        return {key: kept[0] for key, kept in items if kept}
    if isinstance(value, list) and not isinstance(part, str):
        kept_items = [_inner(item, rest) if part in (_EVERY, index) else [item] for index, item in enumerate(value)]
        return [item for kept in kept_items for item in kept]
    return value


def _inner(item: Any, rest: Sequence[PathStep]) -> list[Any]:
    """The item without what the rest of the path names, in a list; an empty list if the path ends here."""
    return [_without(item, tuple(rest))] if rest else []
