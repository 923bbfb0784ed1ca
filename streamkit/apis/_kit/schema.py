"""Generate the JSON Schema of an API's chunks from the shape table that lint uses, so that the two cannot diverge.

They differ in one respect: JSON Schema accepts `1.0` as an integer; the table, like typed clients, does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from streamkit.apis._kit.shape import Shape

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def schema_builder(shape: Shape, title: str, *, error: str = "", unless: str = "") -> Callable[[], Schema]:
    """Return a function that builds the schema of `shape`. `error` and `unless` are those of `misfit_checker`."""

    def schema() -> Schema:
        named: dict[str, Schema] = {}
        chunk = _reference(shape, named)
        if error:
            failure = {"type": "object", "required": [error], "not": {"required": [unless]}}
            chunk = {"anyOf": [chunk, failure]}
        return {"$schema": DIALECT, "title": title, **chunk, **({"$defs": named} if named else {})}

    return schema


def _reference(shape: Shape, named: dict[str, Schema]) -> Schema:
    """Return the schema of a shape. A named shape is defined once, in `named`, and referenced."""
    if not shape.name:
        return _definition(shape, named)
    if shape.name not in named:
        named[shape.name] = {}  # before its fields are visited, which may refer to it
        named[shape.name].update(_definition(replace(shape, types=_without_null(shape)), named))
    reference = {"$ref": f"#/$defs/{shape.name}"}
    return {"anyOf": [reference, {"type": "null"}]} if "null" in shape.types else reference


def _without_null(shape: Shape) -> tuple[str, ...]:
    return tuple(name for name in shape.types if name != "null")


def _definition(shape: Shape, named: dict[str, Schema]) -> Schema:
    schema: Schema = {}
    if shape.types:
        schema["type"] = shape.types[0] if len(shape.types) == 1 else list(shape.types)
    if shape.values:
        schema |= _enumeration(shape)
    if shape.least is not None:
        schema["minimum"] = shape.least
    if shape.items is not None:
        schema["items"] = _reference(shape.items, named)
    schema |= _properties(shape, named)
    if shape.others is not None:
        schema["additionalProperties"] = _reference(shape.others.shape, named)
    if shape.variants:
        schema["allOf"] = [
            _condition(shape.variant_key, name, variant, named) for name, variant in shape.variants.items()
        ]
    return schema


def _enumeration(shape: Shape) -> Schema:
    """Return the schema of the values allowed for a string. Values of the shape's other types are not restricted here."""
    others = [name for name in shape.types if name not in ("string", "null")]
    allowed = [*shape.values, *([None] if "null" in shape.types else [])]
    return {"anyOf": [{"enum": allowed}, {"type": others}]} if others else {"enum": allowed}


def _properties(shape: Shape, named: dict[str, Schema]) -> Schema:
    schema: Schema = {}
    if shape.fields:
        schema["properties"] = {name: _reference(entry.shape, named) for name, entry in shape.fields.items()}
    required = [name for name, entry in shape.fields.items() if entry.required]
    if required:
        schema["required"] = required
    return schema


def _condition(key: str, name: str, variant: Shape, named: dict[str, Schema]) -> Schema:
    """Return the schema that applies the fields of a variant to objects whose `key` is `name`."""
    return {"if": {"properties": {key: {"const": name}}, "required": [key]}, "then": _properties(variant, named)}
