"""The shape of the server's events of OpenAI's Realtime API.

Source: openai-python 3.54, `types/realtime/`. Types of events and items that are not listed are allowed, because new ones are
added. The session, which repeats what the client asked for, is not checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import (
    ANY,
    Field,
    array,
    count,
    integer,
    number,
    string,
    structure,
    variants,
    words,
)

_ID = {"event_id": string(required=True)}
_ITEM_ID = {**_ID, "item_id": string(required=True)}
_PLACE = {**_ITEM_ID, "response_id": string(required=True), "output_index": integer(required=True)}
_PART_PLACE = {**_PLACE, "content_index": integer(required=True)}
_DELTA = {"delta": string(required=True)}
_COMMON = {
    "id": string(null=True),
    "object": string("realtime.item", null=True),
    "status": words("completed", "incomplete", "in_progress", null=True),
}
_CONTENT = {
    "type": words(
        "output_text", "output_audio", "input_text", "input_audio", "input_image", "text", "audio", null=True
    ),
    "text": string(null=True),
    "audio": string(null=True),
    "transcript": string(null=True),
    "detail": words("auto", "low", "high", null=True),
    "image_url": string(null=True),
}
_TOOL = structure(
    {
        "name": string(required=True),
        "input_schema": Field(ANY.shape, required=True),
        "annotations": ANY,
        "description": string(null=True),
    }
)
_MCP = {"id": string(required=True), "server_label": string(required=True)}
_MCP_ERROR = variants(
    "type",
    {
        "protocol_error": {"code": integer(required=True), "message": string(required=True)},
        "tool_execution_error": {"message": string(required=True)},
        "http_error": {"code": integer(required=True), "message": string(required=True)},
    },
    null=True,
)
ITEM = variants(
    "type",
    {
        "message": {
            **_COMMON,
            "role": words("user", "assistant", "system", required=True),
            "content": array(structure(_CONTENT), required=True),
        },
        "function_call": {
            **_COMMON,
            "arguments": string(required=True),
            "name": string(required=True),
            "call_id": string(null=True),
        },
        "function_call_output": {**_COMMON, "call_id": string(required=True), "output": string(required=True)},
        "mcp_approval_response": {
            "id": string(required=True),
            "approval_request_id": string(required=True),
            "approve": Field(ANY.shape, required=True),
            "reason": string(null=True),
        },
        "mcp_list_tools": {
            "server_label": string(required=True),
            "tools": array(_TOOL, required=True),
            "id": string(null=True),
        },
        "mcp_call": {
            **_MCP,
            "arguments": string(required=True),
            "name": string(required=True),
            "approval_request_id": string(null=True),
            "error": _MCP_ERROR,
            "output": string(null=True),
        },
        "mcp_approval_request": {**_MCP, "arguments": string(required=True), "name": string(required=True)},
    },
    required=True,
)
_COUNTS = ("audio_tokens", "cached_tokens", "image_tokens", "text_tokens")
_COUNT = count(null=True)
_INPUT_DETAILS = {
    **dict.fromkeys(_COUNTS, _COUNT),
    "cached_tokens_details": structure(
        dict.fromkeys(("audio_tokens", "image_tokens", "text_tokens"), _COUNT), null=True
    ),
}
_USAGE = structure(
    {
        "input_tokens": _COUNT,
        "output_tokens": _COUNT,
        "total_tokens": _COUNT,
        "input_token_details": structure(_INPUT_DETAILS, null=True),
        "output_token_details": structure(dict.fromkeys(("audio_tokens", "text_tokens"), _COUNT), null=True),
    },
    null=True,
)
_DETAILS = structure(
    {
        "type": words("completed", "cancelled", "incomplete", "failed", null=True),
        "reason": words("turn_detected", "client_cancelled", "max_output_tokens", "content_filter", null=True),
        "error": structure({"code": string(null=True), "message": string(null=True), "type": string(null=True)}, null=True),
    },
    null=True,
)  # fmt: skip
_RESPONSE = structure(
    {
        "id": string(null=True),
        "object": string("realtime.response", null=True),
        "status": words("completed", "cancelled", "failed", "incomplete", "in_progress", null=True),
        "status_details": _DETAILS,
        "output": array(ITEM, null=True),
        "conversation_id": string(null=True),
        "output_modalities": array(words("text", "audio"), null=True),
        "metadata": structure({}, null=True),
        "usage": _USAGE,
        "audio": structure({}, null=True),
    },
    required=True,
)
_ADDED_PART = structure(
    {**_CONTENT, "type": words("text", "audio", "output_text", "output_audio", null=True)}, required=True
)
_SESSION = {**_ID, "session": structure({}, required=True)}
_ITEM_EVENT = {**_ID, "item": ITEM, "previous_item_id": string(null=True)}
_LOGPROBS = array(
    structure(
        {
            "token": string(required=True),
            "bytes": array(integer(), required=True),
            "logprob": number(required=True),
        }
    ),
    null=True,
)
_TRANSCRIPTION_USAGE = variants(
    "type",
    {
        "tokens": {
            "input_tokens": count(required=True),
            "output_tokens": count(required=True),
            "total_tokens": count(required=True),
            "input_token_details": structure(dict.fromkeys(("audio_tokens", "text_tokens"), _COUNT), null=True),
        },
        "duration": {"seconds": number(required=True)},
    },
    required=True,
)
_TRANSCRIPTION = "conversation.item.input_audio_transcription"


def _both(name: str, shape: Mapping[str, Field]) -> dict[str, Mapping[str, Field]]:
    """Return the shape of an event under its name and its name in the beta version."""
    return {f"response.{prefix}{name}": shape for prefix in ("output_", "")}


EVENTS: dict[str, Mapping[str, Field]] = {
    "session.created": _SESSION,
    "session.updated": _SESSION,
    "error": {
        **_ID,
        "error": structure(
            {
                "message": string(required=True),
                "type": string(required=True),
                "code": string(null=True),
                "param": string(null=True),
                "event_id": string(null=True),
            },
            required=True,
        ),
    },
    "conversation.created": {
        **_ID,
        "conversation": structure({"id": string(null=True), "object": string("realtime.conversation", null=True)}, required=True),
    },
    "conversation.item.created": _ITEM_EVENT,
    "conversation.item.added": _ITEM_EVENT,
    "conversation.item.done": _ITEM_EVENT,
    "conversation.item.retrieved": {**_ID, "item": ITEM},
    "conversation.item.deleted": _ITEM_ID,
    "conversation.item.truncated": {
        **_ITEM_ID,
        "audio_end_ms": integer(required=True),
        "content_index": integer(required=True),
    },
    f"{_TRANSCRIPTION}.delta": {
        **_ITEM_ID,
        "content_index": integer(null=True),
        "delta": string(null=True),
        "logprobs": _LOGPROBS,
    },
    f"{_TRANSCRIPTION}.completed": {
        **_ITEM_ID,
        "content_index": integer(required=True),
        "transcript": string(required=True),
        "usage": _TRANSCRIPTION_USAGE,
        "logprobs": _LOGPROBS,
        "languages": array(structure({"code": string(required=True)}), null=True),
    },
    f"{_TRANSCRIPTION}.failed": {
        **_ITEM_ID,
        "content_index": integer(required=True),
        "error": structure(
            {"code": string(null=True), "message": string(null=True), "param": string(null=True), "type": string(null=True)},
            required=True,
        ),
    },
    f"{_TRANSCRIPTION}.segment": {
        **_ITEM_ID,
        "id": string(required=True),
        "content_index": integer(required=True),
        "start": number(required=True),
        "end": number(required=True),
        "speaker": string(required=True),
        "text": string(required=True),
    },
    "input_audio_buffer.cleared": _ID,
    "input_audio_buffer.committed": {**_ITEM_ID, "previous_item_id": string(null=True)},
    "input_audio_buffer.speech_started": {**_ITEM_ID, "audio_start_ms": integer(required=True)},
    "input_audio_buffer.speech_stopped": {**_ITEM_ID, "audio_end_ms": integer(required=True)},
    "input_audio_buffer.timeout_triggered": {
        **_ITEM_ID,
        "audio_start_ms": integer(required=True),
        "audio_end_ms": integer(required=True),
    },
    "input_audio_buffer.dtmf_event_received": {"event": string(required=True), "received_at": integer(required=True)},
    **{f"output_audio_buffer.{what}": {**_ID, "response_id": string(required=True)} for what in ("started", "stopped", "cleared")},
    "rate_limits.updated": {
        **_ID,
        "rate_limits": array(
            structure(
                {
                    "name": words("requests", "tokens", null=True),
                    "limit": count(null=True),
                    "remaining": count(null=True),
                    "reset_seconds": number(null=True),
                }
            ),
            required=True,
        ),
    },
    "response.created": {**_ID, "response": _RESPONSE},
    "response.done": {**_ID, "response": _RESPONSE},
    **{
        f"response.output_item.{what}": {
            **_ID,
            "response_id": string(required=True),
            "output_index": integer(required=True),
            "item": ITEM,
        }
        for what in ("added", "done")
    },
    **{f"response.content_part.{what}": {**_PART_PLACE, "part": _ADDED_PART} for what in ("added", "done")},
    **_both("text.delta", {**_PART_PLACE, **_DELTA}),
    **_both("text.done", {**_PART_PLACE, "text": string(required=True)}),
    **_both("audio.delta", {**_PART_PLACE, **_DELTA}),
    **_both("audio.done", _PART_PLACE),
    **_both("audio_transcript.delta", {**_PART_PLACE, **_DELTA}),
    **_both("audio_transcript.done", {**_PART_PLACE, "transcript": string(required=True)}),
    "response.function_call_arguments.delta": {**_PLACE, "call_id": string(required=True), **_DELTA},
    "response.function_call_arguments.done": {
        **_PLACE,
        "call_id": string(required=True),
        "arguments": string(required=True),
        "name": string(required=True),
    },
    "response.mcp_call_arguments.delta": {**_PLACE, **_DELTA, "obfuscation": string(null=True)},
    "response.mcp_call_arguments.done": {**_PLACE, "arguments": string(required=True)},
    **{f"mcp_list_tools.{what}": _ITEM_ID for what in ("in_progress", "completed", "failed")},
    **{
        f"response.mcp_call.{what}": {**_ITEM_ID, "output_index": integer(required=True)}
        for what in ("in_progress", "completed", "failed")
    },
}  # fmt: skip

SHAPE = variants("type", EVENTS).shape

misfits = misfit_checker(SHAPE)
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of OpenAI's Realtime API")
