"""The shape of a chunk of Writer's text completions.

Source: writer-sdk 3.0.0, `types/completion_chunk.py` (`CompletionChunk`).
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, Shape, string

SHAPE = Shape(types=("object",), fields={"value": string(required=True), "error": ANY})

misfits = misfit_checker(SHAPE, error="error", unless="value")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "A chunk of Writer's text completions", error="error", unless="value")
