"""Change fields of the requests of a battery, for models that refuse some of them or need others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.probes import Answer, Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChanges:
    """Changes to every body that is a JSON object: first `renamed` (old and new name), then `removed`, then `values` that are set.

    A name with dots is a path of objects (`generationConfig.temperature`). A renamed field stays in its object.
    """

    renamed: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    values: tuple[tuple[str, Any], ...] = ()

    def changed(self, ask: Ask) -> Ask:
        """Return a request, with those after it, with its fields changed. Raises UsageError for a path through something else than
        objects."""
        if not (self.renamed or self.removed or self.values):
            return ask
        follows = None if ask.follows is None else partial(self._following, ask.follows)
        then = None if ask.then is None else self.changed(ask.then)
        return replace(ask, body=self._body(ask.body), follows=follows, then=then)

    def check(self, asks: Iterable[Ask]) -> None:
        """Raise UsageError if a field that is to be renamed or removed is in none of these requests."""
        bodies = [value for ask in asks if (value := _object(ask.body)) is not None]
        for name in (*(old for old, _ in self.renamed), *self.removed):
            if not any(_holder(body, name) is not None for body in bodies):
                raise UsageError(f"no request has the field {name!r}")

    def _following(self, follows: Callable[[Answer], Any], answer: Answer) -> Any:
        return self._body(follows(answer))

    def _body(self, body: Any) -> Any:
        value = _object(body)
        if value is None:
            return body
        for old, new in self.renamed:
            if (holder := _holder(value, old)) is not None:
                found = holder.pop(old.rpartition(".")[2])
                holder.setdefault(new.rpartition(".")[2], found)
        for name in self.removed:
            if (holder := _holder(value, name)) is not None:
                del holder[name.rpartition(".")[2]]
        for name, wanted in self.values:
            *path, last = name.split(".")
            target: Any = value
            for part in path:
                target = target.setdefault(part, {})
                if not isinstance(target, dict):
                    raise UsageError(f"invalid field {name!r}: {part!r} is not an object")
            target[last] = wanted
        return json.dumps(value).encode() if isinstance(body, bytes) else value


UNCHANGED = FieldChanges()


def field_changes(renamed: Iterable[str], removed: Iterable[str], values: Iterable[str]) -> FieldChanges:
    """Return the changes that options describe: `OLD=NEW`, `FIELD`, and `FIELD=VALUE` with a JSON value or a text. Raises UsageError."""
    return FieldChanges(
        renamed=tuple(_names(text) for text in renamed),
        removed=tuple(removed),
        values=tuple((name, _value(text)) for name, text in (_pair(each, "FIELD=VALUE") for each in values)),
    )


def _names(text: str) -> tuple[str, str]:
    old, new = _pair(text, "OLD=NEW")
    if old.rpartition(".")[0] != new.rpartition(".")[0]:
        raise UsageError(f"invalid field {text!r}: a renamed field stays in its object")
    return old, new


def _pair(text: str, expected: str) -> tuple[str, str]:
    name, sign, rest = text.partition("=")
    if not (name and sign and rest):
        raise UsageError(f"invalid field {text!r}: expected {expected}")
    return name, rest


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _object(body: Any) -> dict[str, Any] | None:
    """Return a copy of a body that is a JSON object; None of any other."""
    if isinstance(body, Mapping):
        found: dict[str, Any] = json.loads(json.dumps(body))
        return found
    try:
        value = json.loads(body) if isinstance(body, bytes) else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _holder(value: dict[str, Any], name: str) -> dict[str, Any] | None:
    """Return the object that has the field at this path; None if there is none."""
    *path, last = name.split(".")
    holder: Any = value
    for part in path:
        holder = holder.get(part) if isinstance(holder, dict) else None
    return holder if isinstance(holder, dict) and last in holder else None
