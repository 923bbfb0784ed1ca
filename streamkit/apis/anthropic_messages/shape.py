"""The shape of the events of Anthropic's Messages API.

Source: anthropic 2.11, `types/raw_*_event.py`, `types/message.py`. Block and delta types that are not in the table are
lawful: new ones come with every model.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import kinds_of, misfits_of, unknown_fields
from streamkit.apis._kit.schema import schema_of
from streamkit.apis._kit.shape import ANY, Field, array, integer, string, structure, variants

_TEXT = {"text": string(required=True)}
_JSON = {"id": string(required=True), "name": string(required=True), "input": ANY}

_BLOCK = variants(
    "type",
    {
        "text": {**_TEXT, "citations": array(ANY, null=True)},
        "thinking": {"thinking": string(required=True), "signature": string(null=True)},
        "redacted_thinking": {"data": string(required=True)},
        "tool_use": {**_JSON, "caller": ANY},
        "server_tool_use": {**_JSON, "caller": ANY},
        "mcp_tool_use": {**_JSON, "server_name": string(null=True)},
    },
    required=True,
)

_DELTA = variants(
    "type",
    {
        "text_delta": _TEXT,
        "input_json_delta": {"partial_json": string(required=True)},
        "thinking_delta": {"thinking": string(required=True), "estimated_tokens": ANY},
        "signature_delta": {"signature": string(required=True)},
        "citations_delta": {"citation": structure({"type": string()}, required=True)},
    },
    required=True,
)


def _start(field: Field) -> Field:
    return field.called(missing="start-incomplete", wrong_type="start-incomplete")


_INDEX = integer(required=True).called(missing="block-index", wrong_type="block-index")

# What else is counted, or said of the counting (anthropic 2.11, `Usage`).
_COUNTED = dict.fromkeys(
    [
        "cache_creation",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "inference_geo",
        "iterations",
        "output_tokens_details",
        "server_tool_use",
        "service_tier",
        "speed",
    ],
    ANY,
)
_MESSAGE = structure(
    {
        "id": string(required=True),
        "type": string("message", null=True),
        "role": string("assistant", required=True).called(missing="start-incomplete"),
        "model": string(required=True).called(missing_is="warning"),
        "content": _start(array(ANY, required=True)),
        "stop_reason": string(null=True),
        "stop_sequence": string(null=True),
        "stop_details": ANY,
        "container": ANY,
        "context_management": ANY,
        "usage": _start(structure({"input_tokens": integer(), "output_tokens": integer(), **_COUNTED}, required=True)),
    },
    required=True,
)

_USAGE = structure(
    {
        "output_tokens": integer(required=True).called(missing="delta-usage-missing", wrong_type="delta-usage-missing"),
        "input_tokens": ANY,
        **_COUNTED,
    },
    required=True,
).called(missing="delta-usage-missing", wrong_type="delta-usage-missing")

SHAPE = variants(
    "type",
    {
        "message_start": {"message": _start(_MESSAGE)},
        "content_block_start": {"index": _INDEX, "content_block": _BLOCK},
        "content_block_delta": {"index": _INDEX, "delta": _DELTA},
        "content_block_stop": {"index": _INDEX},
        "message_delta": {
            "delta": structure(
                {
                    "stop_reason": string(null=True),
                    "stop_sequence": string(null=True),
                    "stop_details": ANY,
                    "container": ANY,
                },
                required=True,
            ),
            "usage": _USAGE,
            "context_management": ANY,
        },
        "message_stop": {},
        "ping": {},
        "error": {"error": structure({"type": string(), "message": string()}, required=True), "request_id": ANY},
    },
).shape

misfits = misfits_of(SHAPE, error="error", of="type")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(kinds_of, SHAPE)
schema = schema_of(SHAPE, "An event of Anthropic Messages", error="error", of="type")
