"""What does not fit a shape: every misfit of a chunk with its JSON path, and the fields that are in no table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from streamkit.apis._kit.fits import fits_of
from streamkit.apis._kit.shape import Field, Shape
from streamkit.model.finding import Severity
from streamkit.model.stream import Misfit

_INDEX = re.compile(r"\[\d+\]")
_SHOWN = 8
"""Words that a message shows of those that are allowed."""
_NAMES = {str: "a string", int: "an integer", float: "a number with a fraction", bool: "a boolean", type(None): "null"}
_NAMES |= {dict: "an object", list: "an array"}


def misfits_of(
    shape: Shape, *, error: str = "", of: str = ""
) -> Callable[[Sequence[dict[str, Any]]], Iterator[Misfit]]:
    """The check of one table: chunks in, every misfit of every chunk out, in order.

    A chunk that has the key `error` and not the key `of` reports an error in place of a chunk, and is not judged.
    """
    made = cache(lambda: fits_of(shape))  # when first asked: who only counts never asks

    def misfits(chunks: Sequence[dict[str, Any]]) -> Iterator[Misfit]:
        fits = made()
        for index, chunk in enumerate(chunks):
            if not fits(chunk) and not (error and error in chunk and of not in chunk):
                yield from explain(shape, chunk, index)

    return misfits


def explain(shape: Shape, value: Any, chunk: int) -> Iterator[Misfit]:
    """Every misfit of one chunk, each with its JSON path and what was wanted instead."""
    yield from _explain(Field(shape), value, chunk, "$")


def _explain(entry: Field, value: Any, chunk: int, path: str, inside: Severity | None = None) -> Iterator[Misfit]:
    shape, words = entry.shape, entry.words
    inside = words.inside or inside
    if shape.types and type(value) not in shape.classes:
        message = f"{_shown(path)} is {describe(value)}, not {_wanted(shape)}"
        yield Misfit(chunk, path, words.wrong_type, message, inside)
        return
    if shape.values and type(value) is str and value not in shape.values:
        message = f"{_shown(path)} is {describe(value)}, not {_alternatives(shape.values)}"
        word = words.empty if words.empty and value in ("", "null") else words.wrong_value
        yield Misfit(chunk, path, word, message)
    if shape.least is not None and type(value) is int and value < shape.least:
        yield Misfit(chunk, path, words.negative, f"{_shown(path)} is {describe(value)}, less than {shape.least}")
    if type(value) is dict:
        yield from _explain_fields(shape, value, chunk, path, inside)
    elif type(value) is list and shape.items is not None:
        for index, item in enumerate(value):
            yield from _explain(Field(shape.items, words=words), item, chunk, f"{path}[{index}]", inside)


def _explain_fields(
    shape: Shape, value: dict[str, Any], chunk: int, path: str, inside: Severity | None
) -> Iterator[Misfit]:
    fields = shape.fields
    kind = value.get(shape.variant_key) if shape.variant_key else None
    if type(kind) is str and kind in shape.variants:
        fields = {**fields, **shape.variants[kind].fields}
    for name, entry in fields.items():
        if name in value:
            yield from _explain(entry, value[name], chunk, member(path, name), inside)
        elif entry.required:
            words = entry.words
            message = f"{_shown(member(path, name))} is missing"
            severity = words.missing_is or words.inside or inside
            yield Misfit(chunk, member(path, name), words.missing, message, severity)
    if shape.others is not None:
        for name in value:
            if name not in fields:
                yield from _explain(shape.others, value[name], chunk, member(path, name), inside)


def member(path: str, name: str) -> str:
    """The JSON path of a member, quoted where its name is no plain word."""
    return f"{path}.{name}" if name.replace("_", "a").isalnum() else f"{path}[{name!r}]"


def describe(value: Any) -> str:
    """A value in a few words: its own text where it is short and plain, else its type."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 40 else f'"{value[:39]}…"'
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)[:40]
    return _NAMES.get(type(value), "something else")


def _shown(path: str) -> str:
    return path.removeprefix("$.") if path != "$" else "the chunk"


def _wanted(shape: Shape) -> str:
    names = {"string": "a string", "integer": "an integer", "number": "a number", "boolean": "a boolean"}
    names |= {"object": "an object", "array": "an array"}
    return " or ".join(names.get(name, name) for name in shape.types)


def _alternatives(values: Sequence[str]) -> str:
    shown = [f'"{value}"' for value in values[:_SHOWN]]
    if len(values) > _SHOWN:
        shown.append(f"{len(values) - _SHOWN} others")
    return shown[0] if len(shown) == 1 else f"one of {', '.join(shown)}"


def kinds_of(shape: Shape) -> frozenset[str]:
    """Every misfit that the explaining walk can find in a value of this shape."""
    return frozenset(_kinds(Field(shape), set()))


def _kinds(entry: Field, seen: set[str]) -> Iterator[str]:
    shape, words = entry.shape, entry.words
    if shape.types:
        yield words.wrong_type
    if shape.values:
        yield words.wrong_value
        yield from filter(None, [words.empty])
    if shape.least is not None:
        yield words.negative
    if shape.name:
        if shape.name in seen:
            return
        seen.add(shape.name)
    if shape.items is not None:
        yield from _kinds(Field(shape.items, words=words), seen)
    for fields in (shape.fields, *(variant.fields for variant in shape.variants.values())):
        for of_field in fields.values():
            yield from _kinds(of_field, seen)
            if of_field.required:
                yield of_field.words.missing
    if shape.others is not None:
        yield from _kinds(shape.others, seen)


def unknown_fields(shape: Shape, chunks: Iterable[dict[str, Any]], known: Sequence[str] = ()) -> Iterator[Misfit]:
    """The fields that are in no table, each at the first chunk that has it: drift, or a provider's own.

    `known` are paths without indices (`$.choices[].delta.reasoning`) that are expected all the same.
    """
    seen = set(known)
    for index, chunk in enumerate(chunks):
        for path in _strangers(shape, chunk, "$"):
            general = _INDEX.sub("[]", path)
            if general not in seen:
                seen.add(general)
                yield Misfit(index, path, "unknown-field", f"{_shown(path)} is in no table of this API", "info")


def _strangers(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if type(value) is list and shape.items is not None:
        for index, item in enumerate(value):
            yield from _strangers(shape.items, item, f"{path}[{index}]")
    if type(value) is not dict or not shape.fields:
        return
    fields = shape.fields
    if shape.variant_key:
        variant = shape.variants.get(str(value.get(shape.variant_key)))
        if variant is None:
            return
        fields = {**fields, **variant.fields}
    for name, item in value.items():
        if name in fields:
            yield from _strangers(fields[name].shape, item, member(path, name))
        else:
            yield member(path, name)
