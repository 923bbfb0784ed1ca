"""The shape of an API's chunks as a table: which fields there are, of which types, and what a rule calls a misfit.

Three things are made from one table: a fast check that every chunk goes through (`fits`), an explaining walk for the chunks
that fail it, which names every misfit with its JSON path (`misfits`), and a JSON Schema (`schema`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from streamkit.model.finding import Severity

CLASSES: Mapping[str, frozenset[type]] = {
    "string": frozenset({str}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "boolean": frozenset({bool}),
    "null": frozenset({type(None)}),
    "object": frozenset({dict}),
    "array": frozenset({list}),
}


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule calls the misfits of one field, where it is not the common word.

    `empty` is the word for `""` and `"null"` where they stand for nothing; `missing_is` the severity of a missing field,
    where it differs from the rule's; `inside` that of every missing field and wrong type in the field and below it, which
    is set where no client reads the field on its own account.
    """

    missing: str = "missing-field"
    wrong_type: str = "wrong-type"
    wrong_value: str = "wrong-type"
    empty: str = ""
    negative: str = "negative-count"
    missing_is: Severity | None = None
    inside: Severity | None = None


COMMON = Words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What one value may be: any of `types` (JSON Schema's words; none: anything).

    A string may be bound to `values`, an integer to be at least `least`. An object has `fields`, and each of its other fields is like `others`; an array has
    `items`. `variant_key` names the field that tells which of `variants` the object is; one that is not in the table is as lawful
    as it is new. A value of several types is held to what is told of its own. `name` is the shape's own in the JSON Schema,
    where it is told once and referred to; it is unique in a table.
    """

    types: tuple[str, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    items: Shape | None = None
    others: Field | None = None
    values: tuple[str, ...] = ()
    variant_key: str = ""
    variants: Mapping[str, Shape] = field(default_factory=dict)
    least: int | None = None
    name: str = ""

    @property
    def classes(self) -> frozenset[type]:
        """The Python types that orjson gives for `types`."""
        return frozenset[type]().union(*(CLASSES[name] for name in self.types))


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
    return Field(Shape(types=_with_null("string", null), values=values), required)


def integer(*, null: bool = False, required: bool = False) -> Field:
    """An integer, written as one: `1.0` is none, because typed clients refuse it."""
    return Field(Shape(types=_with_null("integer", null)), required)


def count(*, null: bool = False, required: bool = False) -> Field:
    """An integer that is 0 or more: how many there are of something."""
    return Field(Shape(types=_with_null("integer", null), least=0), required)


def number(*, null: bool = False, required: bool = False) -> Field:
    """Any number."""
    return Field(Shape(types=_with_null("number", null)), required)


def boolean(*, null: bool = False, required: bool = False) -> Field:
    """True or false."""
    return Field(Shape(types=_with_null("boolean", null)), required)


def structure(
    fields: Mapping[str, Field], *, others: Field | None = None, null: bool = False, required: bool = False
) -> Field:
    """An object with these fields; others are lawful, or must be like `others`."""
    return Field(Shape(types=_with_null("object", null), fields=fields, others=others), required)


def array(items: Field, *, null: bool = False, required: bool = False) -> Field:
    """An array, every element of the shape of `items`."""
    return Field(Shape(types=_with_null("array", null), items=items.shape), required)


def words(*values: str, null: bool = False, required: bool = False) -> Field:
    """A string that is one of `values`; a new word is a warning, because typed clients have no name for it."""
    return string(*values, null=null, required=required).called(wrong_value="unknown-word")


def expected(field: Field) -> Field:
    """A field that the API always sends and its clients can do without: a warning where it is missing."""
    return replace(field, required=True, words=replace(field.words, missing_is="warning"))


def variants(
    key: str, shapes: Mapping[str, Mapping[str, Field]], *, null: bool = False, required: bool = False
) -> Field:
    """An object whose field `key` tells which of `shapes` it has."""
    made = {name: Shape(types=("object",), fields=fields) for name, fields in shapes.items()}
    kind = string(required=True)
    return Field(Shape(types=_with_null("object", null), fields={key: kind}, variant_key=key, variants=made), required)


def as_warnings(fields: Mapping[str, Field]) -> dict[str, Field]:
    """The same fields, with a missing one or a wrong type in them no more than a warning: clients hand them on unread."""
    return {name: entry.called(inside="warning") for name, entry in fields.items()}


def _with_null(name: str, null: bool) -> tuple[str, ...]:
    return (name, "null") if null else (name,)
