"""The shape of a chunk of the legacy Completions API.

Source: openai-openapi f85dbe2, `CreateCompletionResponse`. It requires `finish_reason` and forbids null, because chunks
and non-streaming responses share it. Real streams send null until the end, so null is allowed here.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, Shape, array, integer, string, structure
from streamkit.apis._openai.shape import FINISH_REASONS, USAGE

_CHOICE = structure(
    {
        "text": string(required=True),
        "index": integer(required=True).called(missing="choice-index", wrong_type="choice-index"),
        "finish_reason": string(*FINISH_REASONS, null=True).called(
            wrong_value="unknown-finish-reason", empty="empty-finish-reason"
        ),
        "logprobs": structure({}, null=True),
    }
)

SHAPE = Shape(
    types=("object",),
    fields={
        "id": string(required=True).called(missing_is="warning"),
        "object": string("text_completion", required=True).called(wrong_value="wrong-object"),
        "created": integer(required=True).called(missing_is="warning"),
        "model": string(required=True).called(missing_is="warning"),
        "choices": array(_CHOICE, required=True),
        "usage": USAGE,
        "system_fingerprint": string(null=True),
        "error": ANY,
    },
)

misfits = misfit_checker(SHAPE, error="error", unless="choices")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "A chunk of OpenAI Completions", error="error", unless="choices")
