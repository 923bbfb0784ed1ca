"""The shape of the chunks of InvokeModel for families without an API of their own, and of Bedrock's metrics.

Source: docs.aws.amazon.com/bedrock, "Inference request parameters and response fields for foundation models"; recorded
streams for the metrics. A family that uses an API of the catalogue is checked by that API's table.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, Field, Shape, array, count, string, structure
from streamkit.apis.bedrock_invoke.families import METRICS

_METRICS = structure(
    {
        "inputTokenCount": count(required=True),
        "outputTokenCount": count(required=True),
        "invocationLatency": count(required=True),
        "firstByteLatency": count(required=True),
        "cacheReadInputTokenCount": count(),
        "cacheWriteInputTokenCount": count(),
    }
)


def _finish(*reasons: str) -> Field:
    return string(*reasons, null=True).called(wrong_value="unknown-finish-reason")


_COHERE = ("COMPLETE", "MAX_TOKENS", "ERROR", "ERROR_TOXIC", "STOP_SEQUENCE")
_TITAN = ("FINISH", "FINISHED", "LENGTH", "STOP_CRITERIA_MET", "RAG_QUERY_WHEN_RAG_DISABLED", "CONTENT_FILTERED")


def _entries(text: str, finish: str, *reasons: str) -> Field:
    entry = {text: string(required=True), finish: _finish(*reasons), "index": count(null=True), "id": string()}
    return array(structure(entry))


SHAPE = Shape(
    types=("object",),
    fields={
        METRICS: _METRICS,
        "generations": _entries("text", "finish_reason", *_COHERE),
        "outputs": _entries("text", "stop_reason", "stop", "length"),
        "completions": _entries("text", "finish_reason"),
        "choices": _entries("text", "stop_reason"),
        "text": string(),
        "is_finished": ANY,
        "finish_reason": string(null=True),
        "outputText": string(),
        "index": count(null=True),
        "completionReason": _finish(*_TITAN),
        "inputTextTokenCount": count(null=True),
        "totalOutputTextTokenCount": count(null=True),
        "generation": string(),
        "completion": string(),
        "stop_reason": string(null=True),
        "stop": string(null=True),
        "prompt_token_count": count(null=True),
        "generation_token_count": count(null=True),
        "id": string(null=True),
        "prompt": string(null=True),
    },
)

METRICS_SHAPE = Shape(types=("object",), fields={METRICS: _METRICS})

misfits = misfit_checker(SHAPE)
metrics_misfits = misfit_checker(METRICS_SHAPE)
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "What InvokeModel's chunks hold, for model families without an API of their own")
