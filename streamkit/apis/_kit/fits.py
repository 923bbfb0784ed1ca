"""The fast check of a shape: a predicate that is true where the explaining walk (`misfits`) finds nothing.

It looks an object up by its keys and their types. Chunks of one stream share a handful of those, so what is left to look
at, a word or a list or an object inside, is worked out once for each kind, and not once for each chunk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from streamkit.apis._kit.shape import CLASSES, Shape

Fits = Callable[[Any], bool]

Row = tuple[tuple[tuple[str, frozenset[str]], ...], tuple[tuple[str, Fits], ...], tuple[tuple[str, Fits], ...]]
"""What is left to look at in objects with the same keys and types: words, elements of lists, objects."""

_MANY = 4096
"""Kinds of objects remembered by one check. A stream with more is made up, and the check starts again from none."""


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
    return (shape.classes or frozenset[type]().union(*CLASSES.values())) - {looked_into}


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
