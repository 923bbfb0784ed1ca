"""Compile a shape into a fast check: a predicate that is true where the detailed check (`misfits`) finds nothing.

The check looks an object up by its keys and the types of its values. The chunks of a stream share a handful of such
combinations, so the remaining checks (enumerations, arrays, nested objects) are planned once for each combination, not
once for each chunk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from streamkit.apis._kit.shape import CLASSES, Shape
from streamkit.apis._kit.spelling import misspelled

Predicate = Callable[[Any], bool]

CompiledShape = tuple[
    tuple[tuple[str, Predicate], ...], tuple[tuple[str, frozenset[str]], ...], tuple[tuple[str, Predicate], ...]
]
"""The remaining checks for objects with the same keys and types: of integers and objects, enumerations, array elements.
"""

CompiledShapes = dict[tuple[str, bool], Predicate]
"""The checks of named shapes, each compiled once, by name and whether null is allowed."""

_MAX_PLANS = 4096
"""How many plans a check caches. Only an artificial stream needs more; the cache is then cleared."""


def compile_check(shape: Shape, known: CompiledShapes | None = None) -> Predicate:
    """Return a predicate that is true for values of this shape, that is, where `misfits.explain` finds nothing."""
    known = {} if known is None else known
    if not shape.name:
        return _compile(shape, known)
    key = shape.name, "null" in shape.types
    if key not in known:
        # A shape may contain itself: until its check is compiled, this placeholder looks it up when called.
        known[key] = lambda value: known[key](value)
        known[key] = _compile(shape, known)
    return known[key]


def _compile(shape: Shape, known: CompiledShapes) -> Predicate:
    checks: dict[type, Predicate] = {}
    if shape.variant_key:
        checks[dict] = _variant_check(shape, known)
    elif shape.fields or shape.others is not None:
        checks[dict] = _object_check(shape, known)
    if shape.items is not None:
        checks[list] = _array_check(compile_check(shape.items, known))
    if shape.values:
        checks[str] = frozenset(shape.values).__contains__
    if shape.least is not None:
        checks[int] = shape.least.__le__
    if not checks:
        return _type_check(shape) if shape.types else _anything
    others = _unchecked_types(shape, frozenset(checks))
    if tuple(checks) == (dict,):
        return checks[dict]  # tests the type itself
    if len(checks) == 1:
        ((checked, fits),) = checks.items()
        return lambda value: fits(value) if type(value) is checked else type(value) in others
    return lambda value: checks[type(value)](value) if type(value) in checks else type(value) in others


def _type_check(shape: Shape) -> Predicate:
    classes = shape.classes
    return lambda value: type(value) in classes


def _unchecked_types(shape: Shape, checked: frozenset[type]) -> frozenset[type]:
    """Return the types of the shape whose values need no check beyond their type."""
    return (shape.classes or frozenset[type]().union(*CLASSES.values())) - checked


def _array_check(fits: Predicate) -> Predicate:
    def check(value: Any) -> bool:
        # Arrays usually have one element, for which a loop is faster than `all`.
        for item in value:  # noqa: SIM110
            if not fits(item):
                return False
        return True

    return check


def _variant_check(shape: Shape, known: CompiledShapes) -> Predicate:
    """Return the check of an object with variants. Each variant is compiled when its first object arrives."""
    key, variants = shape.variant_key, shape.variants
    others = _unchecked_types(shape, frozenset({dict}))
    checks: dict[str, Predicate] = {}
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
            fits = checks[kind] = _object_check(_with_common_fields(shape, variants[kind]), known)
        return fits(value)

    return check


def _with_common_fields(shape: Shape, variant: Shape) -> Shape:
    return replace(variant, fields={**shape.fields, **variant.fields})


def _object_check(shape: Shape, known: CompiledShapes) -> Predicate:
    """Return the check of an object: two lookups for its keys and types, then only what goes beyond types."""
    others = _unchecked_types(shape, frozenset({dict}))
    make_plan = _planner(shape, known)
    plans: dict[tuple[Any, ...], CompiledShape | bool] = {}

    def check(value: Any) -> bool:
        if type(value) is not dict:
            return type(value) in others
        signature = (*value, *map(type, value.values()))
        try:
            plan = plans[signature]
        except KeyError:
            if len(plans) >= _MAX_PLANS:
                plans.clear()
            plan = plans[signature] = make_plan(signature[: len(value)], signature[len(value) :])
        if plan is True or plan is False:
            return plan
        rest, enumerations, arrays = plan
        for name, allowed in enumerations:
            if value[name] not in allowed:
                return False
        for name, fits in arrays:
            for item in value[name]:
                if not fits(item):
                    return False
        for name, fits in rest:  # noqa: SIM110
            if not fits(value[name]):
                return False
        return True

    return check


def _planner(
    shape: Shape, known: CompiledShapes
) -> Callable[[tuple[str, ...], tuple[type, ...]], CompiledShape | bool]:
    """Return a function that makes the plan for objects with these keys and types, or whether they fit if there is
    nothing left to check."""
    required = frozenset(name for name, entry in shape.fields.items() if entry.required)
    shapes = {name: entry.shape for name, entry in shape.fields.items()}
    other = shape.others.shape if shape.others else Shape()

    def make_plan(keys: tuple[str, ...], types: tuple[type, ...]) -> CompiledShape | bool:
        if required.difference(keys) or misspelled(keys, shapes):
            return False
        enumerations: list[tuple[str, frozenset[str]]] = []
        arrays: list[tuple[str, Predicate]] = []
        rest: list[tuple[str, Predicate]] = []
        for name, kind in zip(keys, types, strict=True):
            field = shapes.get(name, other)
            if field.types and kind not in field.classes:
                return False
            if kind is str and field.values:
                enumerations.append((name, frozenset(field.values)))
            elif kind is list and field.items is not None:
                fits = compile_check(field.items, known)
                if fits is not _anything:
                    arrays.append((name, fits))
            elif (kind is dict and (field.fields or field.others or field.variant_key)) or (
                kind is int and field.least is not None
            ):
                rest.append((name, compile_check(field, known)))
        if not (rest or enumerations or arrays):
            return True
        return tuple(rest), tuple(enumerations), tuple(arrays)

    return make_plan


def _anything(_: Any) -> bool:
    return True
