"""The JSON Schema of an API's chunk, made from the table that lint judges by, so that the two cannot part.

One difference is JSON Schema's own: it takes `1.0` for an integer, and the table, as typed clients do, does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from streamkit.apis._kit.shape import Shape

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def schema_of(shape: Shape, title: str, *, error: str = "", of: str = "") -> Callable[[], Schema]:
    """What gives the schema of one table. `error` and `of` are those of `misfits_of`."""

    def schema() -> Schema:
        named: dict[str, Schema] = {}
        chunk = _of_shape(shape, named)
        if error:
            failure = {"type": "object", "required": [error], "not": {"required": [of]}}
            chunk = {"anyOf": [chunk, failure]}
        return {"$schema": DIALECT, "title": title, **chunk, **({"$defs": named} if named else {})}

    return schema


def _of_shape(shape: Shape, named: dict[str, Schema]) -> Schema:
    """The schema of one shape; that of a shape with a name is told in `named`, and referred to."""
    if not shape.name:
        return _in_full(shape, named)
    if shape.name not in named:
        named[shape.name] = {}  # before its own fields are looked at
        named[shape.name].update(_in_full(replace(shape, types=_without_null(shape)), named))
    reference = {"$ref": f"#/$defs/{shape.name}"}
    return {"anyOf": [reference, {"type": "null"}]} if "null" in shape.types else reference


def _without_null(shape: Shape) -> tuple[str, ...]:
    return tuple(name for name in shape.types if name != "null")


def _in_full(shape: Shape, named: dict[str, Schema]) -> Schema:
    schema: Schema = {}
    if shape.types:
        schema["type"] = shape.types[0] if len(shape.types) == 1 else list(shape.types)
    if shape.values:
        schema |= _of_values(shape)
    if shape.least is not None:
        schema["minimum"] = shape.least
    if shape.items is not None:
        schema["items"] = _of_shape(shape.items, named)
    schema |= _of_fields(shape, named)
    if shape.others is not None:
        schema["additionalProperties"] = _of_shape(shape.others.shape, named)
    if shape.variants:
        schema["allOf"] = [_of_variant(shape.variant_key, name, of, named) for name, of in shape.variants.items()]
    return schema


def _of_values(shape: Shape) -> Schema:
    """The words that a string may be; a value of another type is held to its own part of the shape."""
    others = [name for name in shape.types if name not in ("string", "null")]
    allowed = [*shape.values, *([None] if "null" in shape.types else [])]
    return {"anyOf": [{"enum": allowed}, {"type": others}]} if others else {"enum": allowed}


def _of_fields(shape: Shape, named: dict[str, Schema]) -> Schema:
    schema: Schema = {}
    if shape.fields:
        schema["properties"] = {name: _of_shape(entry.shape, named) for name, entry in shape.fields.items()}
    required = [name for name, entry in shape.fields.items() if entry.required]
    if required:
        schema["required"] = required
    return schema


def _of_variant(key: str, name: str, variant: Shape, named: dict[str, Schema]) -> Schema:
    return {"if": {"properties": {key: {"const": name}}, "required": [key]}, "then": _of_fields(variant, named)}
