"""The JSON Schema of an API's chunk, made from the table that lint judges by, so that the two cannot part.

One difference is JSON Schema's own: it takes `1.0` for an integer, and the table, as typed clients do, does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamkit.apis._kit.shape import Shape

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def schema_of(shape: Shape, title: str, *, error: str = "", of: str = "") -> Callable[[], Schema]:
    """What gives the schema of one table. `error` and `of` are those of `misfits_of`."""

    def schema() -> Schema:
        chunk = _of_shape(shape)
        if error:
            failure = {"type": "object", "required": [error], "not": {"required": [of]}}
            chunk = {"anyOf": [chunk, failure]}
        return {"$schema": DIALECT, "title": title, **chunk}

    return schema


def _of_shape(shape: Shape) -> Schema:
    schema: Schema = {}
    if shape.types:
        schema["type"] = shape.types[0] if len(shape.types) == 1 else list(shape.types)
    if shape.values:
        schema["enum"] = [*shape.values, *([None] if "null" in shape.types else [])]
    if shape.items is not None:
        schema["items"] = _of_shape(shape.items)
    schema |= _of_fields(shape)
    if shape.others is not None:
        schema["additionalProperties"] = _of_shape(shape.others.shape)
    if shape.variants:
        schema["allOf"] = [_of_variant(shape.variant_key, name, of) for name, of in shape.variants.items()]
    return schema


def _of_fields(shape: Shape) -> Schema:
    schema: Schema = {}
    if shape.fields:
        schema["properties"] = {name: _of_shape(entry.shape) for name, entry in shape.fields.items()}
    required = [name for name, entry in shape.fields.items() if entry.required]
    if required:
        schema["required"] = required
    return schema


def _of_variant(key: str, name: str, variant: Shape) -> Schema:
    return {"if": {"properties": {key: {"const": name}}, "required": [key]}, "then": _of_fields(variant)}
