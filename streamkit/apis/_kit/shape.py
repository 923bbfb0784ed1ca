"""The shape of an API's chunks as a table: the fields, their types, and the rule that reports each misfit.

One table serves three purposes: a fast check of every chunk (`fits`), a detailed check of the chunks that fail it,
which names every misfit with its JSON path (`misfits`), and a JSON Schema (`schema`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from streamkit.frozen import dataclass
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
class MisfitNames:
    """The names of the rules that report the misfits of one field.

    `empty` applies to `""` and `"null"` where they mean "no value". `missing_is` is the severity of a missing field if
    it differs from the rule's, `null_is` that of null where it is not allowed. `inside` is the severity of every missing
    field and wrong type in the field and below it; set it where no client reads the field itself.
    """

    missing: str = "missing-field"
    wrong_type: str = "wrong-type"
    wrong_value: str = "wrong-type"
    empty: str = ""
    negative: str = "negative-count"
    missing_is: Severity | None = None
    inside: Severity | None = None
    null_is: Severity | None = None


DEFAULT_NAMES = MisfitNames()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The values allowed in one place: any of `types`, as named by JSON Schema; empty allows anything.

    A string may be restricted to `values`, an integer to a minimum of `least`. An object has `fields`, and any other
    field must match `others`; an array has `items`. `variant_key` names the field that selects one of `variants`; a
    variant that is not listed is allowed, since APIs add new ones. If several types are allowed, each restriction
    applies to values of its own type. `name` identifies the shape in the JSON Schema, where it is defined once and
    referenced; it must be unique in a table.
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
        """The Python types to which orjson decodes `types`."""
        return frozenset[type]().union(*(CLASSES[name] for name in self.types))


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object: its shape, whether it is required, and the rules that report its misfits."""

    shape: Shape
    required: bool = False
    misfit_names: MisfitNames = DEFAULT_NAMES

    def called(self, **names: Any) -> Field:
        """Return the field with some of its `MisfitNames` replaced."""
        return replace(self, misfit_names=replace(self.misfit_names, **names))


ANY = Field(Shape())


def string(*values: str, null: bool = False, required: bool = False) -> Field:
    """A string; one of `values` if any are given. `null` also allows null."""
    return Field(Shape(types=_with_null("string", null), values=values), required)


def integer(*, null: bool = False, required: bool = False) -> Field:
    """An integer. `1.0` is not accepted, because typed clients reject it."""
    return Field(Shape(types=_with_null("integer", null)), required)


def count(*, null: bool = False, required: bool = False) -> Field:
    """A nonnegative integer."""
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
    """An object with these fields. Any other field is allowed, or must match `others` if given."""
    return Field(Shape(types=_with_null("object", null), fields=fields, others=others), required)


def array(items: Field, *, null: bool = False, required: bool = False) -> Field:
    """An array whose elements all match `items`."""
    return Field(Shape(types=_with_null("array", null), items=items.shape), required)


def words(*values: str, null: bool = False, required: bool = False) -> Field:
    """A string that is one of `values`. Any other value is a warning, because typed clients have no name for it."""
    return string(*values, null=null, required=required).called(wrong_value="unknown-word")


def expected(field: Field) -> Field:
    """A field that the API always sends but clients do not need: its absence is a warning."""
    return replace(field, required=True, misfit_names=replace(field.misfit_names, missing_is="warning"))


def variants(
    key: str,
    shapes: Mapping[str, Mapping[str, Field]],
    *,
    null: bool = False,
    required: bool = False,
    known: bool = False,
) -> Field:
    """An object whose field `key` selects one of `shapes`. With `known`, any other value of it is a warning."""
    made = {name: Shape(types=("object",), fields=fields) for name, fields in shapes.items()}
    kind = words(*shapes, required=True) if known else string(required=True)
    return Field(Shape(types=_with_null("object", null), fields={key: kind}, variant_key=key, variants=made), required)


def as_warnings(fields: Mapping[str, Field]) -> dict[str, Field]:
    """Return the fields with missing fields and wrong types in them reported as warnings only: clients pass them on
    unread."""
    return {name: entry.called(inside="warning") for name, entry in fields.items()}


def _with_null(name: str, null: bool) -> tuple[str, ...]:
    return (name, "null") if null else (name,)
