"""The shape of an event of Replicate: its name and its data, as `parse_event` returns them.

Source: replicate.com/docs, "Streaming output"; replicate 1.0.7, `stream.py`, which raises ValueError for any other
name.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, string, structure, variants, words

SHAPE = variants(
    "event",
    {
        "output": {"data": string(required=True)},
        "logs": {"data": ANY},
        "error": {"data": structure({"detail": string(required=True)}, required=True)},
        "done": {"data": structure({"reason": words("canceled", "error")}, required=True)},
    },
).shape

misfits = misfit_checker(SHAPE)
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of Replicate: its name, and its data as text or as the JSON that it holds")
