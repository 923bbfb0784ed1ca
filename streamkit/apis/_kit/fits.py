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

Row = tuple[tuple[tuple[str, Fits], ...], tuple[tuple[str, frozenset[str]], ...], tuple[tuple[str, Fits], ...]]
"""What is left to look at in objects with the same keys and types: numbers and objects, words, elements of lists."""

Known = dict[tuple[str, bool], Fits]
"""The checks of shapes that have a name, each made once: by the name, and whether null is allowed."""

_MANY = 4096
"""Kinds of objects remembered by one check. A stream with more is made up, and the check starts again from none."""


def fits_of(shape: Shape, known: Known | None = None) -> Fits:
    """A predicate that is true where the explaining walk finds nothing."""
    known = {} if known is None else known
    if not shape.name:
        return _made(shape, known)
    key = shape.name, "null" in shape.types
    if key not in known:
        # A shape may lie inside itself: what is there until the check is made asks for it when it is first called.
        known[key] = lambda value: known[key](value)
        known[key] = _made(shape, known)
    return known[key]


def _made(shape: Shape, known: Known) -> Fits:
    checks: dict[type, Fits] = {}
    if shape.variant_key:
        checks[dict] = _variant_fits(shape, known)
    elif shape.fields:
        checks[dict] = _object_fits(shape, known)
    if shape.items is not None:
        checks[list] = _array_fits(fits_of(shape.items, known))
    if shape.values:
        checks[str] = frozenset(shape.values).__contains__
    if shape.least is not None:
        checks[int] = shape.least.__le__
    if not checks:
        return _type_fits(shape) if shape.types else _anything
    others = _classes_but(shape, frozenset(checks))
    if tuple(checks) == (dict,):
        return checks[dict]  # looks at the type itself
    if len(checks) == 1:
        ((looked_into, fits),) = checks.items()
        return lambda value: fits(value) if type(value) is looked_into else type(value) in others
    return lambda value: checks[type(value)](value) if type(value) in checks else type(value) in others


def _type_fits(shape: Shape) -> Fits:
    classes = shape.classes
    return lambda value: type(value) in classes


def _classes_but(shape: Shape, looked_into: frozenset[type]) -> frozenset[type]:
    """The types that fit as they are, where others of the shape's types are looked into."""
    return (shape.classes or frozenset[type]().union(*CLASSES.values())) - looked_into


def _array_fits(fits: Fits) -> Fits:
    def check(value: Any) -> bool:
        # A list of one is the usual case, and a loop costs less than `all` there.
        for item in value:  # noqa: SIM110
            if not fits(item):
                return False
        return True

    return check


def _variant_fits(shape: Shape, known: Known) -> Fits:
    """The check of the variant that an object says it is, made when the first such object comes."""
    key, variants = shape.variant_key, shape.variants
    others = _classes_but(shape, frozenset({dict}))
    checks: dict[str, Fits] = {}
    words = shape.fields[key].shape.values

    def check(value: Any) -> bool:
        if type(value) is not dict:
            return type(value) in others
        kind = value.get(key)
        if type(kind) is not str:
            return False
        fits = checks.get(kind)
        if fits is None:
            if kind not in variants:
                return not words or kind in words
            fits = checks[kind] = _object_fits(_whole_variant(shape, variants[kind]), known)
        return fits(value)

    return check


def _whole_variant(shape: Shape, variant: Shape) -> Shape:
    return replace(variant, fields={**shape.fields, **variant.fields})


def _object_fits(shape: Shape, of_names: Known) -> Fits:
    """An object's check: keys and types in two look-ups, then only what is more than a type."""
    others = _classes_but(shape, frozenset({dict}))
    worked_out = _rows_of(shape, of_names)
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
        rest, words, lists = row
        for name, allowed in words:
            if value[name] not in allowed:
                return False
        for name, fits in lists:
            for item in value[name]:
                if not fits(item):
                    return False
        for name, fits in rest:  # noqa: SIM110
            if not fits(value[name]):
                return False
        return True

    return check


def _rows_of(shape: Shape, known: Known) -> Callable[[tuple[str, ...], tuple[type, ...]], Row | None]:
    """What works out a row from keys and types; None where those alone tell that an object does not fit."""
    required = frozenset(name for name, entry in shape.fields.items() if entry.required)
    shapes = {name: entry.shape for name, entry in shape.fields.items()}
    other = shape.others.shape if shape.others else Shape()

    def worked_out(keys: tuple[str, ...], types: tuple[type, ...]) -> Row | None:
        if required.difference(keys):
            return None
        words: list[tuple[str, frozenset[str]]] = []
        lists: list[tuple[str, Fits]] = []
        rest: list[tuple[str, Fits]] = []
        for name, kind in zip(keys, types, strict=True):
            of = shapes.get(name, other)
            if of.types and kind not in of.classes:
                return None
            if kind is str and of.values:
                words.append((name, frozenset(of.values)))
            elif kind is list and of.items is not None:
                fits = fits_of(of.items, known)
                if fits is not _anything:
                    lists.append((name, fits))
            elif (kind is dict and (of.fields or of.variant_key)) or (kind is int and of.least is not None):
                rest.append((name, fits_of(of, known)))
        return tuple(rest), tuple(words), tuple(lists)

    return worked_out


def _anything(_: Any) -> bool:
    return True
