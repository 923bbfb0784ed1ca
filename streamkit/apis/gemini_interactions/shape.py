"""The shape of the events of Gemini's Interactions API.

Source: google-genai 3.4.0, `_gaos/types/interactions/` (`InteractionSSEEvent`). Its types raise ValidationError for
events that do not fit, and accept events of unknown type unchecked. Step and delta types that are not listed are
allowed.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import (
    ANY,
    Field,
    array,
    boolean,
    count,
    expected,
    string,
    structure,
    variants,
    words,
)

STATUSES = (
    "in_progress",
    "requires_action",
    "completed",
    "failed",
    "cancelled",
    "incomplete",
    "budget_exceeded",
    "queued",
    "requires_continuation",
)

_BY_MODALITY = array(structure({"modality": words("text", "image", "audio", "video", "document"), "tokens": count()}))

_COUNTS: dict[str, Field] = {
    "total_tokens": expected(count()),
    "total_input_tokens": expected(count()),
    "total_output_tokens": expected(count()),
    "total_thought_tokens": count(),
    "total_tool_use_tokens": count(),
    "total_cached_tokens": count(),
    "initial_input_tokens": count(),
    "input_tokens_by_modality": _BY_MODALITY,
    "output_tokens_by_modality": _BY_MODALITY,
    "cached_tokens_by_modality": _BY_MODALITY,
    "tool_use_tokens_by_modality": _BY_MODALITY,
    "grounding_tool_count": array(structure({"type": string(), "count": count()})),
}

_USAGE = structure(_COUNTS)

_ANNOTATION = structure(
    {"type": string(required=True), "start_index": count(), "end_index": count(), "url": string(), "title": string()}
)

_CONTENT = structure({"type": string(), "text": string(), "annotations": array(_ANNOTATION, null=True)})

_CALL = {"id": string(required=True), "signature": string(null=True), "arguments": structure({}, null=True)}
_RESULT = {
    "call_id": string(required=True),
    "signature": string(null=True),
    "result": ANY,
    "is_error": boolean(null=True),
    "name": string(null=True),
}
_CALLS = (
    "code_execution",
    "file_search",
    "google_maps",
    "google_search",
    "processing",
    "retrieval",
    "tool_search",
    "url_context",
)

_STEP = variants(
    "type",
    {
        "thought": {"signature": string(null=True), "summary": array(_CONTENT, null=True)},
        "model_output": {"content": array(_CONTENT, null=True), "error": structure({}, null=True)},
        "user_input": {"content": array(_CONTENT, null=True)},
        "function_call": {**_CALL, "name": string(required=True), "arguments": structure({}, required=True)},
        "mcp_server_tool_call": {
            **_CALL,
            "arguments": structure({}, required=True),
            "name": string(required=True),
            "server_name": string(required=True),
        },
        "function_result": _RESULT,
        "mcp_server_tool_result": {**_RESULT, "server_name": string(null=True)},
        **{f"{name}_call": {**_CALL, "search_type": string(null=True)} for name in _CALLS},
        **{f"{name}_result": _RESULT for name in _CALLS},
    },
    required=True,
)

_DELTA = variants(
    "type",
    {
        "text": {"text": string(required=True), "annotations": array(_ANNOTATION, null=True)},
        "arguments_delta": {"arguments": string(required=True)},
        "thought_signature": {"signature": string(required=True)},
        "thought_summary": {"content": variants("type", {"text": {"text": string(required=True)}}, required=True)},
        "text_annotation_delta": {"annotations": array(_ANNOTATION, required=True)},
        "google_search_call": {"arguments": structure({"queries": array(string())}, required=True), "signature": ANY},
        "google_search_result": {"result": array(structure({}), required=True), "signature": ANY, "is_error": ANY},
        "url_context_call": {"arguments": structure({"urls": array(string())}, required=True), "signature": ANY},
        "url_context_result": {"result": array(structure({}), required=True), "signature": ANY, "is_error": ANY},
        "code_execution_call": {"arguments": structure({}, required=True), "signature": ANY},
        "code_execution_result": {"result": string(required=True), "signature": ANY, "is_error": ANY},
        "function_result": {"result": ANY, "name": ANY, "is_error": ANY},
    },
    required=True,
)

_INTERACTION = structure(
    {
        "id": string(required=True),
        "status": words(*STATUSES, required=True),
        "object": expected(words("interaction")),
        "model": string(null=True),
        "agent": string(null=True),
        "created": string(null=True),
        "updated": string(null=True),
        "service_tier": words("flex", "standard", "priority", "deferred", null=True),
        "continuation_token": string(null=True),
        "role": string(null=True),
        "previous_interaction_id": string(null=True),
        "steps": array(_STEP, null=True),
        "usage": _USAGE,
    },
    required=True,
)


def _event(**fields: Field) -> dict[str, Field]:
    return {**fields, "event_id": string(null=True), "metadata": structure({"usage": _USAGE}, null=True)}


SHAPE = variants(
    "event_type",
    {
        "interaction.created": _event(interaction=_INTERACTION),
        "interaction.status_update": _event(
            interaction_id=string(required=True),
            status=words(*STATUSES, required=True),
            continuation_token=string(null=True),
            usage=_USAGE,
        ),
        "interaction.completed": _event(interaction=_INTERACTION),
        "step.start": _event(index=count(required=True), step=_STEP),
        "step.delta": _event(index=count(required=True), delta=_DELTA),
        "step.stop": _event(index=count(required=True)),
        "error": _event(error=structure({"code": ANY, "message": string(null=True)})),
    },
).shape

misfits = misfit_checker(SHAPE, error="error", unless="event_type")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of Gemini Interactions", error="error", unless="event_type")
