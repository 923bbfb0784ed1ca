"""Check chunks against a shape table: report every misfit with its JSON path, and fields that no table lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

import orjson

from streamkit.apis._kit.fits import Predicate, compile_check
from streamkit.apis._kit.shape import Field, Shape
from streamkit.apis._kit.spelling import misspelled
from streamkit.model.finding import Severity
from streamkit.model.stream import Misfit
from streamkit.model.wording import describe
from streamkit.patterns import pattern
from streamkit.wire.runs import Repeating

_INDEX = pattern(r"\[\d+\]")
_MAX_LISTED = 8
"""How many of the allowed values a message lists."""


def misfit_checker(
    shape: Shape, *, error: str = "", unless: str = ""
) -> Callable[[Sequence[dict[str, Any]]], Iterator[Misfit]]:
    """Return a function that takes chunks and yields the misfits of each against `shape`, in order.

    A chunk that has the key `error` and lacks the key `unless` is an error object, and is not checked.
    """
    compiled = cache(lambda: compile_check(shape))  # on first use: listing the misfit kinds does not need it

    def misfits(chunks: Sequence[dict[str, Any]]) -> Iterator[Misfit]:
        fits = compiled()
        for index in _unknown(chunks, fits):
            chunk = chunks[index]
            if not fits(chunk) and not (error and error in chunk and unless not in chunk):
                yield from explain(shape, chunk, index)

    return misfits


def _unknown(chunks: Sequence[dict[str, Any]], fits: Predicate) -> Iterable[int]:
    """Return the indices of the chunks that have to be checked: not those of a form whose example fits."""
    if not isinstance(chunks, Repeating):
        return range(len(chunks))
    good = {form for form in chunks.forms.known() if fits(orjson.loads(form.example))}
    return chain.from_iterable(range(start, stop) for form, start, stop in chunks.forms if form not in good)


def explain(shape: Shape, value: Any, chunk: int) -> Iterator[Misfit]:
    """Yield every misfit of one chunk, with its JSON path and what was expected there."""
    yield from _explain(Field(shape), value, chunk, "$")


def _explain(entry: Field, value: Any, chunk: int, path: str, inside: Severity | None = None) -> Iterator[Misfit]:
    shape, names = entry.shape, entry.misfit_names
    inside = names.inside or inside
    if shape.types and type(value) not in shape.classes:
        message = f"{_display(path)} is {describe(value)}, not {_expected_types(shape)}"
        severity = (names.null_is if value is None else None) or inside
        yield Misfit(chunk, path, names.wrong_type, message, severity)
        return
    if shape.values and type(value) is str and value not in shape.values:
        message = f"{_display(path)} is {describe(value)}, not {_alternatives(shape.values)}"
        problem = names.empty if names.empty and value in ("", "null") else names.wrong_value
        yield Misfit(chunk, path, problem, message)
    if shape.least is not None and type(value) is int and value < shape.least:
        yield Misfit(chunk, path, names.negative, f"{_display(path)} is {describe(value)}, less than {shape.least}")
    if type(value) is dict:
        yield from _explain_fields(shape, value, chunk, path, inside)
    elif type(value) is list and shape.items is not None:
        for index, item in enumerate(value):
            yield from _explain(Field(shape.items, misfit_names=names), item, chunk, f"{path}[{index}]", inside)


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
            names = entry.misfit_names
            message = f"{_display(member(path, name))} is missing"
            severity = names.missing_is or names.inside or inside
            yield Misfit(chunk, member(path, name), names.missing, message, severity)
    for name, meant in misspelled(value, fields).items():
        message = f'{_display(member(path, name))} is not a field of this API; "{meant}" is, and it is missing'
        yield Misfit(chunk, member(path, name), "misspelled-field", message)
    if shape.others is not None:
        for name in value:
            if name not in fields:
                yield from _explain(shape.others, value[name], chunk, member(path, name), inside)


def member(path: str, name: str) -> str:
    """Return the JSON path of a member, quoting its name unless it is alphanumeric."""
    return f"{path}.{name}" if name.replace("_", "a").isalnum() else f"{path}[{name!r}]"


def _display(path: str) -> str:
    return path.removeprefix("$.") if path != "$" else "the chunk"


def _expected_types(shape: Shape) -> str:
    names = {"string": "a string", "integer": "an integer", "number": "a number", "boolean": "a boolean"}
    names |= {"object": "an object", "array": "an array"}
    return " or ".join(names.get(name, name) for name in shape.types)


def _alternatives(values: Sequence[str]) -> str:
    shown = [f'"{value}"' for value in values[:_MAX_LISTED]]
    if len(values) > _MAX_LISTED:
        shown.append(f"{len(values) - _MAX_LISTED} others")
    return shown[0] if len(shown) == 1 else f"one of {', '.join(shown)}"


def misfit_kinds(shape: Shape) -> frozenset[str]:
    """Return the name of every misfit that `explain` can report for a value of this shape."""
    return frozenset(_kinds(Field(shape), set()))


def _kinds(entry: Field, seen: set[str]) -> Iterator[str]:
    shape, names = entry.shape, entry.misfit_names
    if shape.types:
        yield names.wrong_type
    if shape.values:
        yield names.wrong_value
        yield from filter(None, [names.empty])
    if shape.least is not None:
        yield names.negative
    if shape.name:
        if shape.name in seen:
            return
        seen.add(shape.name)
    if shape.items is not None:
        yield from _kinds(Field(shape.items, misfit_names=names), seen)
    if shape.fields:
        yield "misspelled-field"
    for fields in (shape.fields, *(variant.fields for variant in shape.variants.values())):
        for field in fields.values():
            yield from _kinds(field, seen)
            if field.required:
                yield field.misfit_names.missing
    if shape.others is not None:
        yield from _kinds(shape.others, seen)


def unknown_fields(shape: Shape, chunks: Iterable[dict[str, Any]], known: Sequence[str] = ()) -> Iterator[Misfit]:
    """Yield the fields that `shape` does not list, each at the first chunk that has it: API drift or provider
    extensions.

    `known` are further expected fields, as paths without indices (`$.choices[].delta.reasoning`).
    """
    seen = set(known)
    for index, chunk in enumerate(chunks):
        for path in _unlisted(shape, chunk, "$"):
            general = _INDEX.sub("[]", path)
            if general not in seen:
                seen.add(general)
                yield Misfit(index, path, "unknown-field", f"{_display(path)} is not a known field of this API", "info")


def _unlisted(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Yield the path of each field that the shape does not list. Unlisted variants are not searched."""
    if type(value) is list and shape.items is not None:
        for index, item in enumerate(value):
            yield from _unlisted(shape.items, item, f"{path}[{index}]")
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
            yield from _unlisted(fields[name].shape, item, member(path, name))
        else:
            yield member(path, name)
