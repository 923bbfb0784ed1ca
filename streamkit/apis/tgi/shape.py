"""The shape of a chunk of Text Generation Inference.

Source: huggingface_hub 2.4.0, `inference/_generated/types/text_generation.py` (`TextGenerationStreamOutput`), whose
client reads a missing field as None and accepts any other value; the service's own OpenAPI, `StreamResponse`.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, Shape, array, boolean, count, expected, number, string, structure

FINISH_REASONS = ("length", "eos_token", "stop_sequence")

_TOKEN = {
    "id": count(required=True),
    "text": string(required=True),
    "logprob": number(required=True),
    "special": boolean(required=True),
}

SHAPE = Shape(
    types=("object",),
    fields={
        "index": count(required=True).called(missing_is="warning"),
        "token": structure(_TOKEN, required=True),
        "top_tokens": array(structure(_TOKEN), null=True),
        "generated_text": expected(string(null=True)),
        "details": expected(
            structure(
                {
                    "finish_reason": string(*FINISH_REASONS, required=True).called(wrong_value="unknown-finish-reason"),
                    "generated_tokens": count(required=True),
                    "input_length": count(),
                    "prefill_tokens": count(),
                    "seed": count(null=True),
                },
                null=True,
            )
        ),
        "error": ANY,
        "error_type": ANY,
    },
)

misfits = misfit_checker(SHAPE, error="error", unless="token")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "A chunk of Text Generation Inference", error="error", unless="token")
