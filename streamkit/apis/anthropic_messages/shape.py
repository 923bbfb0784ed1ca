"""The shape of the events of Anthropic's Messages API.

Source: anthropic 2.12, `types/raw_*_event.py`, `types/message.py`. Block and delta types that are not listed are
allowed, because every model may add some. Misfits in what the SDK's accumulator reads are errors; misfits in what it
only passes on are warnings.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import (
    ANY,
    Field,
    array,
    as_warnings,
    count,
    expected,
    integer,
    string,
    structure,
    variants,
)
from streamkit.apis.anthropic_messages.tables import TABLES

_TEXT = {"text": string(required=True)}
_CALL = {"id": string(required=True), "name": string(required=True)}
_CITATION = Field(TABLES["Citation"], required=True).called(inside="warning")

# The fields to which the accumulator appends, and those without which a tool call is unusable.
_ACCUMULATED = {
    "text": _TEXT,
    "thinking": {"thinking": string(required=True)},
    "redacted_thinking": {"data": string(required=True)},
    "tool_use": _CALL,
    "server_tool_use": _CALL,
}
_BLOCK = variants(
    "type",
    {
        **{
            kind: {**as_warnings(block.fields), **_ACCUMULATED.get(kind, {})}
            for kind, block in TABLES["Block"].variants.items()
        },
        "mcp_tool_use": {**_CALL, "input": ANY, "server_name": string(null=True)},
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
        "citations_delta": {"citation": _CITATION},
    },
    required=True,
)


def _in_start(field: Field) -> Field:
    return field.called(missing="start-incomplete", wrong_type="start-incomplete")


_INDEX = integer(required=True).called(missing="block-index", wrong_type="block-index")
_STOP_REASON = string(*TABLES["StopReason"].values, null=True).called(wrong_value="unknown-finish-reason")

# Counts that are newer than the SDK's types, or exist only in the beta API.
_NEWER_COUNTS = {"iterations": ANY, "context_management": ANY}
_MESSAGE = structure(
    {
        **as_warnings(TABLES["Message"].fields),
        "id": string(required=True),
        "role": string("assistant", required=True).called(missing="start-incomplete", wrong_value="unknown-word"),
        "model": string(required=True).called(missing_is="warning"),
        "content": _in_start(array(_BLOCK, required=True)),
        # Every recorded server sends both in the first event, with null.
        "stop_reason": expected(_STOP_REASON),
        "stop_sequence": expected(string(null=True)),
        "context_management": ANY,
        "usage": _in_start(structure({**as_warnings(TABLES["Usage"].fields), **_NEWER_COUNTS}, required=True)),
    },
    required=True,
)

_USAGE = structure(
    {
        **as_warnings(TABLES["Usage"].fields),
        **as_warnings(TABLES["MessageDeltaUsage"].fields),
        "output_tokens": count(required=True).called(missing="delta-usage-missing", wrong_type="delta-usage-missing"),
        **_NEWER_COUNTS,
    },
    required=True,
).called(missing="delta-usage-missing", wrong_type="delta-usage-missing")

SHAPE = variants(
    "type",
    {
        "message_start": {"message": _in_start(_MESSAGE)},
        "content_block_start": {"index": _INDEX, "content_block": _BLOCK},
        "content_block_delta": {"index": _INDEX, "delta": _DELTA},
        "content_block_stop": {"index": _INDEX},
        "message_delta": {
            "delta": structure(
                {
                    **as_warnings(TABLES["MessageDelta"].fields),
                    "stop_reason": _STOP_REASON,
                    "stop_sequence": string(null=True),
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

misfits = misfit_checker(SHAPE, error="error", unless="type")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of Anthropic Messages", error="error", unless="type")
