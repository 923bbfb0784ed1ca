"""The shape of an event of plain text: its name and its data, as `parse_event` returns them. Both are arbitrary
strings."""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import Shape, string

SHAPE = Shape(types=("object",), fields={"event": string(required=True), "data": string(required=True)})

misfits = misfit_checker(SHAPE)
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of plain text: its name and its data")
