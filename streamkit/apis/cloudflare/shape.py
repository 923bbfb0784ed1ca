"""The shape of a chunk of Workers AI's own API.

Source: developers.cloudflare.com/workers-ai, "Text generation", "Streaming"; workers-types, `AiTextGenerationOutput`.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, Shape, array, count, expected, string, structure

SHAPE = Shape(
    types=("object",),
    fields={
        # With a tool call, some models send null instead of a string.
        "response": string(null=True, required=True),
        "tool_calls": array(
            structure(
                {"name": string(required=True), "arguments": structure({}, required=True), "id": string(null=True)}
            ),
            null=True,
        ),
        "usage": structure(
            {
                "prompt_tokens": expected(count()),
                "completion_tokens": expected(count()),
                "total_tokens": expected(count()),
                "prompt_tokens_details": structure({}, others=None, null=True),
            },
            null=True,
        ),
        "p": string(),
        "error": ANY,
        "errors": ANY,
    },
)

misfits = misfit_checker(SHAPE, error="errors", unless="response")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "A chunk of Cloudflare Workers AI", error="errors", unless="response")
