"""The shape of the events of OpenAI's Responses API.

Source: openai-openapi f85dbe2, `ResponseStreamEvent`; openai-python 3.54, `types/responses/response_*_event.py`. Types
of events, items and parts that are not listed are allowed, because new ones are added. Misfits in what the SDK's
accumulator reads are errors; misfits in what it only passes on are warnings.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import (
    ANY,
    Field,
    Shape,
    array,
    as_warnings,
    integer,
    string,
    structure,
    variants,
)
from streamkit.apis.openai_responses.tables import TABLES

_SEQUENCE = integer(required=True).called(missing="sequence-missing", wrong_type="sequence-missing")
_PLACE = {"output_index": integer(required=True), "sequence_number": _SEQUENCE}
_ITEM = {**_PLACE, "item_id": string(required=True)}
_PART = {**_ITEM, "content_index": integer(required=True)}
_SUMMARY = {**_ITEM, "summary_index": integer(required=True)}
_TEXT = string(required=True)
_EXTRA = {"obfuscation": string(null=True)}

_KIND = string(required=True)


def _typed(table: str) -> Shape:
    """Return the shape of a table with variants, in which `type` is required and all other misfits are warnings."""
    shape = TABLES[table]
    made = {kind: Shape(types=("object",), fields=as_warnings(one.fields)) for kind, one in shape.variants.items()}
    return Shape(types=("object",), fields={"type": _KIND}, variant_key="type", variants=made, name=table)


_ITEM_SHAPE = _typed("Item")
_WHOLE_ITEM = Field(_ITEM_SHAPE, required=True)
_CONTENT = Field(
    Shape(
        types=("object",),
        fields={"type": _KIND},
        variant_key="type",
        variants={
            **_typed("OutputContent").variants,
            "reasoning_text": Shape(types=("object",), fields={"text": string(required=True).called(inside="warning")}),
        },
    ),
    required=True,
)
_SUMMARY_PART = Field(TABLES["ReasoningSummary"], required=True).called(inside="warning")
_LOGPROBS = array(Field(TABLES["EventLogprob"]), required=True).called(inside="warning")
_RESPONSE = structure(
    {
        **as_warnings(TABLES["Response"].fields),
        "id": string(required=True),
        "object": string("response", required=True).called(missing_is="warning", wrong_value="unknown-word"),
        "output": array(Field(_ITEM_SHAPE), required=True).called(missing_is="warning"),
    },
    required=True,
)
_LIFE = {"response": _RESPONSE, "sequence_number": _SEQUENCE}
# Null until the response is complete, and then no more.
_USAGE = Field(TABLES["Usage"]).called(inside="warning")
_COMPLETED = {**_LIFE, "response": structure({**_RESPONSE.shape.fields, "usage": _USAGE}, required=True)}
_COMMAND = {**_PLACE, "command_index": integer(required=True), "item_id": string(null=True)}
_AUDIO = {"sequence_number": _SEQUENCE, "response_id": string(null=True)}

# Events that report the progress of a call and nothing else.
_PROGRESS = {
    "code_interpreter_call": ("in_progress", "interpreting", "completed"),
    "compaction": ("compacting",),
    "file_search_call": ("in_progress", "searching", "completed"),
    "image_generation_call": ("in_progress", "generating", "completed"),
    "mcp_call": ("in_progress", "completed", "failed"),
    "mcp_list_tools": ("in_progress", "completed", "failed"),
    "web_search_call": ("in_progress", "searching", "completed"),
}

_ANNOTATION = Field(
    Shape(types=("object", "null"), fields={"type": _KIND}, variant_key="type", variants=_typed("Annotation").variants)
)

_EVENTS: dict[str, dict[str, Field]] = {
    **{f"response.{name}": _LIFE for name in ("created", "queued", "in_progress", "failed", "incomplete")},
    "response.completed": _COMPLETED,
    "response.output_item.added": {**_PLACE, "item": _WHOLE_ITEM},
    "response.output_item.done": {**_PLACE, "item": _WHOLE_ITEM},
    "response.content_part.added": {**_PART, "part": _CONTENT},
    "response.content_part.done": {**_PART, "part": _CONTENT},
    "response.output_text.delta": {**_PART, "delta": _TEXT, "logprobs": _LOGPROBS, **_EXTRA},
    "response.output_text.done": {**_PART, "text": _TEXT, "logprobs": _LOGPROBS},
    "response.output_text.annotation.added": {
        **_PART,
        "annotation": _ANNOTATION,
        "annotation_index": integer(required=True).called(missing_is="warning"),
    },
    "response.refusal.delta": {**_PART, "delta": _TEXT, **_EXTRA},
    "response.refusal.done": {**_PART, "refusal": _TEXT},
    "response.reasoning_text.delta": {**_PART, "delta": _TEXT, **_EXTRA},
    "response.reasoning_text.done": {**_PART, "text": _TEXT},
    "response.reasoning_summary_part.added": {**_SUMMARY, "part": _SUMMARY_PART},
    "response.reasoning_summary_part.done": {
        **_SUMMARY,
        "part": _SUMMARY_PART,
        "status": string("incomplete", null=True).called(wrong_value="unknown-word", inside="warning"),
    },
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
    **{f"response.{call}.{step}": _ITEM for call, steps in _PROGRESS.items() for step in steps},
    "response.image_generation_call.partial_image": {
        **_ITEM,
        **as_warnings({"partial_image_b64": _TEXT, "partial_image_index": integer(required=True)}),
        **dict.fromkeys(("background", "output_format", "quality", "size"), string(null=True)),
    },
    "response.shell_call_command.added": {**_COMMAND, "command": _TEXT},
    "response.shell_call_command.delta": {**_COMMAND, "delta": _TEXT, **_EXTRA},
    "response.shell_call_command.done": {**_COMMAND, "command": _TEXT},
    "response.shell_call_output_content.delta": {
        **_COMMAND,
        "item_id": string(required=True),
        "delta": structure({"stderr": string(null=True), "stdout": string(null=True)}, required=True),
    },
    "response.shell_call_output_content.done": {
        **_COMMAND,
        "item_id": string(required=True),
        "output": array(Field(TABLES["ShellOutput"]), required=True).called(inside="warning"),
    },
    "response.audio.delta": {**_AUDIO, "delta": _TEXT},
    "response.audio.done": _AUDIO,
    "response.audio.transcript.delta": {**_AUDIO, "delta": _TEXT},
    "response.audio.transcript.done": _AUDIO,
    "error": {
        "sequence_number": _SEQUENCE,
        "code": string(null=True),
        "message": string(null=True),
        "param": string(null=True),
        "error": ANY,
    },
}

SHAPE = variants("type", _EVENTS).shape

misfits = misfit_checker(SHAPE, error="error", unless="type")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of OpenAI Responses", error="error", unless="type")
