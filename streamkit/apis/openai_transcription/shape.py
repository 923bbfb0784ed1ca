"""The shape of the events of an OpenAI transcription.

Source: openai-python 3.54, `types/audio/transcription_stream_event.py`. `usage` may be missing: only models that are
billed by tokens report it here.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import Field, Shape, array, count, expected, number, string, structure, variants, words

_LOGPROBS = array(
    structure({"token": string(null=True), "bytes": array(count(), null=True), "logprob": number(null=True)}), null=True
)

_COUNTS = ("input_tokens", "output_tokens", "total_tokens")

_USAGE = Field(
    Shape(
        types=("object", "null"),
        fields={
            "type": expected(words("tokens", "duration")),
            **dict.fromkeys(_COUNTS, count()),
            "input_token_details": structure(
                {"audio_tokens": count(null=True), "text_tokens": count(null=True)}, null=True
            ),
        },
        variant_key="type",
        variants={
            "tokens": Shape(fields=dict.fromkeys(_COUNTS, count(required=True))),
            "duration": Shape(fields={"seconds": number(required=True)}),
        },
    )
)

SHAPE = variants(
    "type",
    {
        "transcript.text.delta": {
            "delta": string(required=True),
            "logprobs": _LOGPROBS,
            "segment_id": string(null=True),
        },
        "transcript.text.segment": {
            "id": string(required=True),
            "start": number(required=True),
            "end": number(required=True),
            "speaker": string(required=True),
            "text": string(required=True),
        },
        "transcript.text.done": {
            "text": string(required=True),
            "languages": array(structure({"code": string(required=True)}), null=True),
            "logprobs": _LOGPROBS,
            "usage": _USAGE,
        },
    },
).shape

misfits = misfit_checker(SHAPE, error="error", unless="type")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of an OpenAI transcription", error="error", unless="type")
