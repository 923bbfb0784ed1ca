"""The shape of the events of an Assistants run: runs, steps and messages in full, and the deltas of the last two.

Source: openai-python 3.54.0, `types/beta/assistant_stream_event.py` and the types it refers to. Fields that the types
require but older recordings lack (`parallel_tool_calls`, `tool_choice`) are not required here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import (
    ANY,
    Field,
    Shape,
    array,
    boolean,
    count,
    expected,
    integer,
    number,
    string,
    structure,
    variants,
    words,
)

RUN_STATUSES = (
    "queued",
    "in_progress",
    "requires_action",
    "cancelling",
    "cancelled",
    "failed",
    "completed",
    "incomplete",
    "expired",
)
STEP_STATUSES = ("in_progress", "cancelled", "failed", "completed", "expired")
MESSAGE_STATUSES = ("in_progress", "incomplete", "completed")


def _closed(shapes: Mapping[str, Mapping[str, Field]], *, required: bool = False) -> Field:
    """Return variants by `type`, with no other type allowed: the API receives no new features."""
    field = variants("type", shapes, required=required)
    return replace(field, shape=replace(field.shape, fields={"type": words(*shapes, required=True)}))


_USAGE = structure(
    {
        "prompt_tokens": count(required=True),
        "completion_tokens": count(required=True),
        "total_tokens": count(required=True),
        "prompt_token_details": ANY,
        "completion_tokens_details": ANY,
    },
    null=True,
)
_ERROR = structure({"code": string(required=True), "message": string(required=True)}, null=True)
_TIMES = {
    name: count(null=True)
    for name in ("cancelled_at", "completed_at", "expires_at", "expired_at", "failed_at", "started_at", "incomplete_at")
}
_METADATA = structure({}, null=True)

_COMMON: dict[str, Field] = {
    "id": string(required=True),
    "created_at": integer(required=True),
    "thread_id": string(required=True),
    "metadata": _METADATA,
    **_TIMES,
}

_CALL = _closed(
    {
        "function": {
            "id": string(required=True),
            "function": structure(
                {"name": string(required=True), "arguments": string(required=True), "output": string(null=True)},
                required=True,
            ),
        },
        "code_interpreter": {
            "id": string(required=True),
            "code_interpreter": structure(
                {"input": string(required=True), "outputs": array(structure({}), required=True)}, required=True
            ),
        },
        "file_search": {"id": string(required=True), "file_search": structure({}, required=True)},
    }
)

_CALL_DELTA = structure(
    {
        "index": count(required=True),
        "id": string(),
        "type": words("function", "code_interpreter", "file_search", required=True),
        "function": structure({"name": string(null=True), "arguments": string(null=True), "output": string(null=True)}),
        "code_interpreter": structure({"input": string(), "outputs": array(structure({"index": count()}))}),
        "file_search": structure({}),
    }
)


def _details(call: Field) -> Field:
    return _closed(
        {
            "message_creation": {"message_creation": structure({"message_id": string(required=True)}, required=True)},
            "tool_calls": {"tool_calls": array(call, required=True)},
        },
        required=True,
    )


_ANNOTATION = structure({"type": string(required=True), "text": string(), "start_index": count(), "end_index": count()})


def _text(required: bool) -> Field:
    notes = array(_ANNOTATION, null=not required)
    return structure(
        {"value": string(required=required), "annotations": expected(notes) if required else notes}, required=required
    )


_BLOCK = _closed(
    {
        "text": {"text": _text(required=True)},
        "refusal": {"refusal": string(required=True)},
        "image_file": {"image_file": structure({"file_id": string(required=True)}, required=True)},
        "image_url": {"image_url": structure({"url": string(required=True)}, required=True)},
    },
)

_BLOCK_DELTA = _closed(
    {
        "text": {"index": count(required=True), "text": _text(required=False)},
        "refusal": {"index": count(required=True), "refusal": string()},
        "image_file": {"index": count(required=True), "image_file": structure({"file_id": string()})},
        "image_url": {"index": count(required=True), "image_url": structure({"url": string()})},
    },
)

_ROLE = string("user", "assistant", required=True).called(wrong_value="bad-role")

_WORD_OR_TYPE = Field(Shape(types=("string", "object", "null"), fields={"type": string(required=True)}))

SHAPE = variants(
    "object",
    {
        "thread": {
            "id": string(required=True),
            "created_at": integer(required=True),
            "metadata": _METADATA,
            "tool_resources": ANY,
        },
        "thread.run": {
            **_COMMON,
            "assistant_id": string(required=True),
            "status": words(*RUN_STATUSES, required=True),
            "model": string(required=True),
            "instructions": string(null=True),
            "tools": array(structure({"type": string(required=True)}), required=True),
            "required_action": structure({"type": string(required=True)}, null=True),
            "last_error": _ERROR,
            "incomplete_details": structure({"reason": string(null=True)}, null=True),
            "max_completion_tokens": count(null=True),
            "max_prompt_tokens": count(null=True),
            "parallel_tool_calls": boolean(),
            "temperature": number(null=True),
            "top_p": number(null=True),
            "tool_choice": _WORD_OR_TYPE,
            "response_format": _WORD_OR_TYPE,
            "truncation_strategy": structure(
                {"type": words("auto", "last_messages", required=True), "last_messages": count(null=True)}, null=True
            ),
            "usage": _USAGE,
        },
        "thread.run.step": {
            **_COMMON,
            "assistant_id": string(required=True),
            "run_id": string(required=True),
            "type": words("message_creation", "tool_calls", required=True),
            "status": words(*STEP_STATUSES, required=True),
            "step_details": _details(_CALL),
            "last_error": _ERROR,
            "usage": _USAGE,
        },
        "thread.run.step.delta": {
            "id": string(required=True),
            "delta": structure({"step_details": _details(_CALL_DELTA)}, required=True),
        },
        "thread.message": {
            **_COMMON,
            "assistant_id": string(null=True),
            "run_id": string(null=True),
            "role": _ROLE,
            "status": expected(words(*MESSAGE_STATUSES)),
            "content": array(_BLOCK, required=True),
            "attachments": array(structure({}), null=True),
            "incomplete_details": structure({"reason": string(required=True)}, null=True),
        },
        "thread.message.delta": {
            "id": string(required=True),
            "delta": structure({"content": expected(array(_BLOCK_DELTA)), "role": string()}, required=True),
        },
    },
).shape

misfits = misfit_checker(SHAPE, error="error", unless="object")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of an OpenAI Assistants run", error="error", unless="object")
