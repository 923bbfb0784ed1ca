"""The shape of a chunk of watsonx.ai's `text/generation_stream`.

Source: cloud.ibm.com/apidocs/watsonx-ai, `TextGenResponse`; ibm-watsonx-ai, `base_model_inference.py`, which reads only
the first of the `results` of each chunk.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, Shape, array, count, expected, string, structure

STOP_REASONS = (
    "not_finished",
    "max_tokens",
    "eos_token",
    "cancelled",
    "time_limit",
    "stop_sequence",
    "token_limit",
    "error",
)

_RESULT = structure(
    {
        "generated_text": string(required=True),
        "generated_token_count": expected(count()),
        "input_token_count": expected(count()),
        "stop_reason": string(*STOP_REASONS, *map(str.upper, STOP_REASONS), null=True, required=True).called(
            wrong_value="unknown-finish-reason", missing_is="warning"
        ),
        "generated_tokens": array(ANY, null=True),
        "input_tokens": array(ANY, null=True),
        "seed": count(null=True),
        "moderations": ANY,
    }
)

SHAPE = Shape(
    types=("object",),
    fields={
        "model_id": expected(string()),
        "model_version": string(null=True),
        "created_at": expected(string()),
        "results": array(_RESULT, required=True),
        "system": ANY,
        "errors": ANY,
        "error": ANY,
    },
)

misfits = misfit_checker(SHAPE, error="errors", unless="results")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "A chunk of watsonx.ai text generation", error="errors", unless="results")
