"""The shape of an API's chunks as a table: what fields there are, of which types, and what a rule calls a misfit.

Three things are made from one table: a boolean fast path that every chunk goes through, an explaining walk that only a
chunk which failed goes through and which names every misfit with its JSON path, and a JSON Schema (`_schema.py`).

The fast path looks an object up by its keys and their types. Chunks of one stream share a handful of those, so what is
left to look at, a word or a list or an object inside, is worked out once a kind, and not once a chunk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from streamkit.model.finding import Severity
from streamkit.model.stream import Misfit

Fits = Callable[[Any], bool]

_TYPES: Mapping[str, frozenset[type]] = {
    "string": frozenset({str}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "boolean": frozenset({bool}),
    "null": frozenset({type(None)}),
    "object": frozenset({dict}),
    "array": frozenset({list}),
}
_NAMES = {str: "a string", int: "an integer", float: "a number with a fraction", bool: "a boolean", type(None): "null"}
_NAMES |= {dict: "an object", list: "an array"}

_INDEX = re.compile(r"\[\d+\]")
_MANY = 4096
"""Kinds of objects remembered by one check; a stream with more is made up, and they are worked out anew."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule calls the misfits of one field, where it is not the common word. `empty` is the word for `""` and
    `"null"` where they stand for nothing; `missing_is` how grave a missing field is, where it differs."""

    missing: str = "missing-field"
    wrong_type: str = "wrong-type"
    wrong_value: str = "wrong-type"
    empty: str = ""
    missing_is: Severity | None = None


COMMON = Words()


@dataclass(frozen=True, slots=True)
class Shape:
    """What one value may be: any of `types` (JSON Schema's words; none: anything).

    A string may be bound to `values`. An object has `fields`, and each of its other fields is like `others`; an array has
    `items`. `variant_key` names the field that tells which of `variants` the object is; one that is not in the table is as lawful
    as it is new.
    """

    types: tuple[str, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    items: Shape | None = None
    others: Field | None = None
    values: tuple[str, ...] = ()
    variant_key: str = ""
    variants: Mapping[str, Shape] = field(default_factory=dict)

    @property
    def classes(self) -> frozenset[type]:
        """The Python types that orjson gives for `types`."""
        return frozenset[type]().union(*(_TYPES[name] for name in self.types))


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object: its shape, whether it must be there, and what rules call its misfits."""

    shape: Shape
    required: bool = False
    words: Words = COMMON

    def called(self, **words: Any) -> Field:
        """The same field with other words for its misfits."""
        return replace(self, words=replace(self.words, **words))


ANY = Field(Shape())


def string(*values: str, null: bool = False, required: bool = False) -> Field:
    """A string, one of `values` where any are given; `null` allows null too."""
    return Field(Shape(_with_null("string", null), values=values), required)


def integer(*, null: bool = False, required: bool = False) -> Field:
    """An integer, written as one: `1.0` is none, because typed clients refuse it."""
    return Field(Shape(_with_null("integer", null)), required)


def number(*, null: bool = False, required: bool = False) -> Field:
    """Any number."""
    return Field(Shape(_with_null("number", null)), required)


def boolean(*, null: bool = False, required: bool = False) -> Field:
    """True or false."""
    return Field(Shape(_with_null("boolean", null)), required)


def structure(
    fields: Mapping[str, Field], *, others: Field | None = None, null: bool = False, required: bool = False
) -> Field:
    """An object with these fields; others are lawful, or must be like `others`."""
    return Field(Shape(_with_null("object", null), fields=fields, others=others), required)


def array(items: Field, *, null: bool = False, required: bool = False) -> Field:
    """An array, every element of the shape of `items`."""
    return Field(Shape(_with_null("array", null), items=items.shape), required)


def variants(key: str, shapes: Mapping[str, Mapping[str, Field]], *, required: bool = False) -> Field:
    """An object whose field `key` tells which of `shapes` it has."""
    made = {name: Shape(("object",), fields=fields) for name, fields in shapes.items()}
    kind = string(required=True)
    return Field(Shape(("object",), fields={key: kind}, variant_key=key, variants=made), required)


def _with_null(name: str, null: bool) -> tuple[str, ...]:
    return (name, "null") if null else (name,)


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


# The fast path


def fits_of(shape: Shape) -> Fits:
    """A predicate that is true where the explaining walk finds nothing."""
    if shape.variant_key:
        return _variant_fits(shape)
    if shape.fields:
        return _object_fits(shape)
    if shape.items is not None:
        return _array_fits(shape)
    if shape.values:
        return _value_fits(shape)
    if not shape.types:
        return _anything
    return _type_fits(shape)


def _type_fits(shape: Shape) -> Fits:
    classes = shape.classes
    return lambda value: type(value) in classes


def _value_fits(shape: Shape) -> Fits:
    allowed: frozenset[Any] = frozenset((*shape.values, None) if "null" in shape.types else shape.values)
    return lambda value: (type(value) is str or value is None) and value in allowed


def _array_fits(shape: Shape) -> Fits:
    assert shape.items is not None
    fits = fits_of(shape.items)
    others = _classes_but(shape, list)

    def check(value: Any) -> bool:
        if type(value) is not list:
            return type(value) in others
        # A list of one is the usual case, and a loop costs less than `all` there.
        for item in value:  # noqa: SIM110
            if not fits(item):
                return False
        return True

    return check


def _classes_but(shape: Shape, looked_into: type) -> frozenset[type]:
    """The types that fit as they are, where one of the shape's types is looked into."""
    return (shape.classes or frozenset[type]().union(*_TYPES.values())) - {looked_into}


def _variant_fits(shape: Shape) -> Fits:
    key = shape.variant_key
    checks = {name: fits_of(_whole_variant(shape, variant)) for name, variant in shape.variants.items()}

    def check(value: Any) -> bool:
        if type(value) is not dict:
            return False
        kind = value.get(key)
        fits = checks.get(kind) if type(kind) is str else None
        return fits(value) if fits else type(kind) is str

    return check


def _whole_variant(shape: Shape, variant: Shape) -> Shape:
    return replace(variant, fields={**shape.fields, **variant.fields})


Row = tuple[tuple[tuple[str, frozenset[str]], ...], tuple[tuple[str, Fits], ...], tuple[tuple[str, Fits], ...]]
"""What objects with the same keys and types have left to look at: words, elements of lists, objects."""


def _object_fits(shape: Shape) -> Fits:
    """An object's check: keys and types in two look-ups, then only what is more than a type."""
    others = _classes_but(shape, dict)
    worked_out = _rows_of(shape)
    known: dict[tuple[str, ...], dict[tuple[type, ...], Row | None]] = {}

    def check(value: Any) -> bool:
        if type(value) is not dict:
            return type(value) in others
        keys = tuple(value)
        types = tuple(map(type, value.values()))
        try:
            row = known[keys][types]
        except KeyError:
            if len(known) >= _MANY or (keys in known and len(known[keys]) >= _MANY):
                known.clear()
            row = known.setdefault(keys, {})[types] = worked_out(keys, types)
        if row is None:
            return False
        words, lists, objects = row
        for name, allowed in words:
            if value[name] not in allowed:
                return False
        for name, fits in lists:
            for item in value[name]:
                if not fits(item):
                    return False
        for name, fits in objects:  # noqa: SIM110
            if not fits(value[name]):
                return False
        return True

    return check


def _rows_of(shape: Shape) -> Callable[[tuple[str, ...], tuple[type, ...]], Row | None]:
    """What works out a row from keys and types; None where those alone tell that an object does not fit."""
    required = frozenset(name for name, entry in shape.fields.items() if entry.required)
    shapes = {name: entry.shape for name, entry in shape.fields.items()}
    other = shape.others.shape if shape.others else Shape()
    elements = {name: fits_of(of.items) for name, of in shapes.items() if of.items is not None}
    other_elements = fits_of(other.items) if other.items is not None else _anything
    objects = {name: fits_of(of) for name, of in shapes.items() if of.fields or of.variant_key}

    def worked_out(keys: tuple[str, ...], types: tuple[type, ...]) -> Row | None:
        if required.difference(keys):
            return None
        pairs = dict(zip(keys, types, strict=True))
        if any(
            of.types and kind not in of.classes for name, kind in pairs.items() for of in (shapes.get(name, other),)
        ):
            return None
        lists = [name for name, kind in pairs.items() if kind is list]
        return (
            tuple(
                (name, frozenset(shapes[name].values))
                for name, kind in pairs.items()
                if kind is str and name in shapes and shapes[name].values
            ),
            tuple(
                (name, elements.get(name, _anything if name in shapes else other_elements))
                for name in lists
                if name in elements or (name not in shapes and other_elements is not _anything)
            ),
            tuple((name, objects[name]) for name, kind in pairs.items() if kind is dict and name in objects),
        )

    return worked_out


def _anything(_: Any) -> bool:
    return True


# The explaining walk


def explain(shape: Shape, value: Any, chunk: int) -> Iterator[Misfit]:
    """Every misfit of one chunk, each with its JSON path and what was wanted instead."""
    yield from _explain(Field(shape), value, chunk, "$")


def _explain(entry: Field, value: Any, chunk: int, path: str) -> Iterator[Misfit]:
    shape, words = entry.shape, entry.words
    if shape.types and type(value) not in shape.classes:
        said = f"{_shown(path)} is {describe(value)}, not {_wanted(shape)}"
        yield Misfit(chunk, path, words.wrong_type, said)
        return
    if shape.values and type(value) is str and value not in shape.values:
        said = f"{_shown(path)} is {describe(value)}, not {_alternatives(shape.values)}"
        word = words.empty if words.empty and value in ("", "null") else words.wrong_value
        yield Misfit(chunk, path, word, said)
    if type(value) is dict:
        yield from _explain_fields(shape, value, chunk, path)
    elif type(value) is list and shape.items is not None:
        for index, item in enumerate(value):
            yield from _explain(Field(shape.items, words=words), item, chunk, f"{path}[{index}]")


def _explain_fields(shape: Shape, value: dict[str, Any], chunk: int, path: str) -> Iterator[Misfit]:
    fields = shape.fields
    kind = value.get(shape.variant_key) if shape.variant_key else None
    if type(kind) is str and kind in shape.variants:
        fields = {**fields, **shape.variants[kind].fields}
    for name, entry in fields.items():
        if name in value:
            yield from _explain(entry, value[name], chunk, member(path, name))
        elif entry.required:
            said = f"{_shown(member(path, name))} is missing"
            yield Misfit(chunk, member(path, name), entry.words.missing, said, entry.words.missing_is)
    if shape.others is not None:
        for name in value:
            if name not in fields:
                yield from _explain(shape.others, value[name], chunk, member(path, name))


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
    shown = [f'"{value}"' for value in values]
    return shown[0] if len(shown) == 1 else f"one of {', '.join(shown)}"


def kinds_of(shape: Shape) -> frozenset[str]:
    """Every misfit that the explaining walk can find in a value of this shape."""
    return frozenset(_kinds(Field(shape)))


def _kinds(entry: Field) -> Iterator[str]:
    shape, words = entry.shape, entry.words
    if shape.types:
        yield words.wrong_type
    if shape.values:
        yield words.wrong_value
        yield from filter(None, [words.empty])
    if shape.items is not None:
        yield from _kinds(Field(shape.items, words=words))
    for fields in (shape.fields, *(variant.fields for variant in shape.variants.values())):
        for of_field in fields.values():
            yield from _kinds(of_field)
            if of_field.required:
                yield of_field.words.missing
    if shape.others is not None:
        yield from _kinds(shape.others)


# What the table does not know


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
