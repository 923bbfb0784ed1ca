"""The shape of the events of OpenAI's Responses API.

Source: openai-openapi f85dbe2, `ResponseStreamEvent`; openai-python 3.52, `types/responses/response_*_event.py`. Events that
are not in the table are lawful: the API has 59 of them, most of which only report progress.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import kinds_of, misfits_of, unknown_fields
from streamkit.apis._kit.schema import schema_of
from streamkit.apis._kit.shape import ANY, Field, array, integer, string, structure, variants

_SEQUENCE = integer(required=True).called(missing="sequence-missing", wrong_type="sequence-missing")
_PLACE = {"output_index": integer(required=True), "sequence_number": _SEQUENCE}
_ITEM = {**_PLACE, "item_id": string(required=True)}
_PART = {**_ITEM, "content_index": integer(required=True)}
_SUMMARY = {**_ITEM, "summary_index": integer(required=True)}
_TEXT = string(required=True)
_EXTRA = {"obfuscation": string(null=True)}

# What the object says of its request and of itself; lint has nothing to judge in it (openai-python 3.52, `Response`).
_TOLD = [
    "access_programs",
    "background",
    "completed_at",
    "conversation",
    "created_at",
    "error",
    "frequency_penalty",
    "image",
    "incomplete_details",
    "input_transformations",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "moderation",
    "parallel_tool_calls",
    "presence_penalty",
    "previous_response_id",
    "prompt",
    "prompt_cache_diagnostics",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "temperature",
    "text",
    "tool_choice",
    "tool_usage",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
]
_RESPONSE = structure(
    {
        **dict.fromkeys(_TOLD, ANY),
        "id": string(required=True),
        "object": string("response", null=True),
        "status": string(null=True),
        "output": array(structure({"type": string(required=True)}), null=True),
        "usage": structure(
            {"input_tokens": integer(), "output_tokens": integer(), "total_tokens": integer()}, null=True
        ),
    },
    required=True,
)
_LIFE = {"response": _RESPONSE, "sequence_number": _SEQUENCE}
_WHOLE_ITEM = structure({"type": string(required=True), "id": string(null=True)}, required=True)

_EVENTS: dict[str, dict[str, Field]] = {
    **{f"response.{name}": _LIFE for name in ("created", "queued", "in_progress", "completed", "failed", "incomplete")},
    "response.output_item.added": {**_PLACE, "item": _WHOLE_ITEM},
    "response.output_item.done": {**_PLACE, "item": _WHOLE_ITEM},
    "response.content_part.added": {**_PART, "part": structure({"type": string(required=True)}, required=True)},
    "response.content_part.done": {**_PART, "part": structure({"type": string(required=True)}, required=True)},
    "response.output_text.delta": {**_PART, "delta": _TEXT, "logprobs": array(ANY, null=True), **_EXTRA},
    "response.output_text.done": {**_PART, "text": _TEXT, "logprobs": array(ANY, null=True)},
    "response.output_text.annotation.added": {**_PART, "annotation": ANY, "annotation_index": integer()},
    "response.refusal.delta": {**_PART, "delta": _TEXT, **_EXTRA},
    "response.refusal.done": {**_PART, "refusal": _TEXT},
    "response.reasoning_text.delta": {**_PART, "delta": _TEXT, **_EXTRA},
    "response.reasoning_text.done": {**_PART, "text": _TEXT},
    "response.reasoning_summary_part.added": {**_SUMMARY, "part": ANY},
    "response.reasoning_summary_part.done": {**_SUMMARY, "part": ANY},
    "response.reasoning_summary_text.delta": {**_SUMMARY, "delta": _TEXT, **_EXTRA},
    "response.reasoning_summary_text.done": {**_SUMMARY, "text": _TEXT},
    "response.function_call_arguments.delta": {**_ITEM, "delta": _TEXT, **_EXTRA},
    "response.function_call_arguments.done": {**_ITEM, "arguments": _TEXT, "name": string(null=True)},
    "response.mcp_call_arguments.delta": {**_ITEM, "delta": _TEXT, **_EXTRA},
    "response.mcp_call_arguments.done": {**_ITEM, "arguments": _TEXT},
    "response.custom_tool_call_input.delta": {**_ITEM, "delta": _TEXT, **_EXTRA},
    "response.custom_tool_call_input.done": {**_ITEM, "input": _TEXT},
    "response.code_interpreter_call_code.delta": {**_ITEM, "delta": _TEXT, **_EXTRA},
    "response.code_interpreter_call_code.done": {**_ITEM, "code": _TEXT},
    "error": {"sequence_number": _SEQUENCE, "code": ANY, "message": ANY, "param": ANY, "error": ANY},
}

SHAPE = variants("type", _EVENTS).shape

misfits = misfits_of(SHAPE, error="error", of="type")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(kinds_of, SHAPE)
schema = schema_of(SHAPE, "An event of OpenAI Responses", error="error", of="type")
