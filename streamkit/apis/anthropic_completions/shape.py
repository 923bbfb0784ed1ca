"""The shape of the events of Anthropic's Text Completions.

Source: anthropic 0.125, `types/completion.py`; recorded streams: `stop_reason` is in every event, and null until the
last.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import Field, Shape, expected, string, structure, variants

STOP_REASONS = ("stop_sequence", "max_tokens")

_STOP_REASON = expected(string(*STOP_REASONS, null=True)).called(wrong_value="unknown-finish-reason")

SHAPE = variants(
    "type",
    {
        "completion": {
            "id": string(required=True),
            "completion": string(required=True),
            "model": string(required=True),
            "stop_reason": _STOP_REASON,
            "stop": string(null=True),
            "log_id": string(null=True),
            "metadata": Field(Shape()),
        },
        "ping": {},
        "error": {"error": structure({"type": string(required=True), "message": string(required=True)}, required=True)},
    },
).shape

misfits = misfit_checker(SHAPE, error="error", unless="type")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of Anthropic's Text Completions", error="error", unless="type")
