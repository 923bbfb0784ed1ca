"""Complete values of an SDK's pydantic types, with every field, and every single-field edit of them."""

from __future__ import annotations

import copy
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

Path = tuple[str | int, ...]
Value = dict[str, Any]


def members(kind: Any) -> list[Any]:
    """Return the members of a union type, or the type itself."""
    while get_origin(kind) is Annotated or hasattr(kind, "__value__"):
        kind = get_args(kind)[0] if get_origin(kind) is Annotated else kind.__value__
    if get_origin(kind) in (Union, types.UnionType):
        return [one for part in get_args(kind) for one in members(part)]
    return [kind]


def type_name(model: Any) -> str:
    """Return the `type` of a model's objects."""
    return str(get_args(members(model.model_fields["type"].annotation)[0])[0])


def sample(kind: Any, within: tuple[Any, ...] = ()) -> Any:
    """Return a value of a type with every field, using the first member of a union that is not null. Recursion is left
    out."""
    one = next(one for one in members(kind) if one is not type(None))
    origin = get_origin(one)
    if origin is Literal:
        return get_args(one)[0]
    if origin is list:
        inner = sample(get_args(one)[0], within)
        return [] if inner is None else [inner]
    if origin is dict:
        return {"a": sample(get_args(one)[1], within)}
    if one in (object, Any):
        return {"a": "b"}
    if hasattr(one, "model_fields"):
        return None if one in within else _object(one, (*within, one))
    return {str: "text", int: 3, float: 0.5, bool: True}.get(one, "2026-01-01T00:00:00Z")


def _object(model: Any, within: tuple[Any, ...]) -> Value:
    fields = {field.alias or name: sample(field.annotation, within) for name, field in model.model_fields.items()}
    return {name: value for name, value in fields.items() if value is not None}


def samples(model: Any) -> Iterator[Value]:
    """Return events of a model: one, and another for each further object type that a field may have."""
    whole = _object(model, (model,))
    yield whole
    for name, field in model.model_fields.items():
        for other in [one for one in members(field.annotation) if hasattr(one, "model_fields")][1:]:
            yield {**whole, name: _object(other, (other,))}


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every position in a JSON value, with the value there."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key), inner
        yield from places(inner, (*path, key))


def edits(value: Value) -> Iterator[tuple[str, Path, Value]]:
    """Yield each position of a value removed, set to null, to another type and to another word: the edit, its path and
    the result."""
    for path, there in places(value):
        changes: list[tuple[str, Any]] = [
            ("null", None),
            ("type", 7 if isinstance(there, str | dict | list) else "odd"),
        ]
        if isinstance(there, str):
            changes.append(("word", "oddity"))
        if not isinstance(path[-1], int):
            yield "gone", path, _changed(value, path)
        for name, new in changes:
            yield name, path, _changed(value, path, new)


def _changed(value: Value, path: Path, *new: Any) -> Value:
    changed = copy.deepcopy(value)
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    if new:
        holder[path[-1]] = new[0]
    else:
        del holder[path[-1]]
    return changed
