"""The shape of the events of ConverseStream: the payload under the name of its event.

Source: botocore 1.44.5, `bedrock-runtime/2023-09-30/service-2.json`, `ConverseStreamOutput`. Members that are not in
the model are allowed: the service adds them before the SDKs know them (`serverToolUsage`).
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, Field, Shape, array, count, string, structure, words

STOP_REASONS = (
    "end_turn",
    "tool_use",
    "max_tokens",
    "stop_sequence",
    "guardrail_intervened",
    "content_filtered",
    "malformed_model_output",
    "malformed_tool_use",
    "model_context_window_exceeded",
)

_INDEX = count(required=True)

_START = structure(
    {
        "toolUse": structure(
            {"toolUseId": string(required=True), "name": string(required=True), "type": words("server_tool_use")}
        ),
        "toolResult": structure(
            {"toolUseId": string(required=True), "type": string(), "status": words("success", "error")}
        ),
        "image": structure({"format": words("png", "jpeg", "gif", "webp", required=True)}),
    },
    required=True,
)

_CITATION = structure(
    {
        "title": string(),
        "source": string(),
        "sourceContent": array(structure({"text": string()})),
        "location": structure({}),
    }
)

_DELTA = structure(
    {
        "text": string(),
        "toolUse": structure({"input": string(required=True)}),
        "toolResult": array(structure({"text": string(), "json": ANY})),
        "reasoningContent": structure({"text": string(), "redactedContent": string(), "signature": string()}),
        "citation": _CITATION,
        "image": structure({"source": structure({}), "error": structure({"message": string()})}),
    },
    required=True,
)

# The service sends `totalTokens` and `latencyMs`, but Nova's own stream has neither; `grammar` distinguishes the two.
_USAGE = structure(
    {
        "inputTokens": count(required=True),
        "outputTokens": count(required=True),
        "totalTokens": count(),
        "cacheReadInputTokens": count(),
        "cacheWriteInputTokens": count(),
        "cacheReadInputTokenCount": count(),
        "cacheWriteInputTokenCount": count(),
        "cacheDetails": array(
            structure({"ttl": words("5m", "1h", required=True), "inputTokens": count(required=True)})
        ),
        "serverToolUsage": structure({}),
    },
    required=True,
)


def _exception() -> Field:
    return structure({"message": string(), "originalMessage": string(), "originalStatusCode": count()})


SHAPE = Shape(
    types=("object",),
    fields={
        "messageStart": structure({"role": words("user", "assistant", "system", required=True)}),
        "contentBlockStart": structure({"contentBlockIndex": _INDEX, "start": _START}),
        "contentBlockDelta": structure({"contentBlockIndex": _INDEX, "delta": _DELTA}),
        "contentBlockStop": structure({"contentBlockIndex": _INDEX}),
        "messageStop": structure(
            {
                "stopReason": string(*STOP_REASONS, required=True).called(wrong_value="unknown-finish-reason"),
                "additionalModelResponseFields": ANY,
            }
        ),
        "metadata": structure(
            {
                "usage": _USAGE,
                "metrics": structure({"latencyMs": count()}),
                "trace": structure({}),
                "performanceConfig": structure({"latency": words("standard", "optimized")}),
                "serviceTier": structure({"type": words("priority", "default", "flex", "reserved", required=True)}),
            }
        ),
        "internalServerException": _exception(),
        "modelStreamErrorException": _exception(),
        "validationException": _exception(),
        "throttlingException": _exception(),
        "serviceUnavailableException": _exception(),
    },
)

misfits = misfit_checker(SHAPE)
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of Amazon Bedrock's ConverseStream, under its name")
