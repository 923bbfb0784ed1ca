"""The shape of the events of LangGraph and LangServe, as `parse_event` returns them: a name, and data of its kind.

Source: PyPI `langgraph-sdk` 0.4, `schema.py`; `langserve` 0.3, `api_handler.py`. The state of a graph and the output of a
chain may be anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from streamkit.apis._kit.misfits import explain, misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import (
    ANY,
    Field,
    Shape,
    array,
    count,
    expected,
    integer,
    string,
    structure,
    variants,
    words,
)
from streamkit.apis.langgraph.chunks import ADDED
from streamkit.model.stream import Misfit

_REQUIRED = Field(ANY.shape, required=True)
_COUNTS = {name: expected(count()) for name in ("input_tokens", "output_tokens", "total_tokens")}
_TYPES = (
    *("human", "ai", "system", "tool", "function", "chat", "remove", "developer"),
    *(f"{name}MessageChunk" for name in ("Human", "AI", "System", "Tool", "Function", "Chat")),
)
_USAGE = structure({**_COUNTS, "input_token_details": ANY, "output_token_details": ANY}, null=True)
_CHUNK = structure(
    {"name": string(null=True), "args": string(null=True), "id": string(null=True), "index": ANY, "type": string()}
)
_CALL = structure(
    {
        "name": string(required=True),
        "args": structure({}, required=True),
        "id": string(null=True),
        "type": words("tool_call", null=True),
    }
)
_FIELDS = {
    "content": Field(Shape(types=("string", "array")), required=True),
    "type": words(*_TYPES, required=True),
    "id": expected(string(null=True)),
    "name": string(null=True),
    "tool_calls": array(_CALL, null=True),
    "tool_call_chunks": array(_CHUNK, null=True),
    "usage_metadata": _USAGE,
    "response_metadata": structure({}),
    "additional_kwargs": structure({}),
    **dict.fromkeys(("invalid_tool_calls", "tool_call_id", "artifact", "status"), ANY),
}
_MESSAGE = structure(_FIELDS)
_STREAMED = array(structure({**_FIELDS, "id": string(required=True)}), required=True)
_ANNOUNCED = Field(
    Shape(types=("object",), others=structure({"metadata": structure({}, required=True)})), required=True
)
# A state may be anything; `messages` is by convention where a graph keeps the conversation.
_STATE = Field(
    Shape(fields={"messages": Field(Shape(types=("array", "object"), items=_MESSAGE.shape)).called(inside="warning")}),
    required=True,
)
# The output of a chain may be anything; these are fields of a message alone.
_OUTPUT = Field(Shape(fields={"usage_metadata": _USAGE, "tool_call_chunks": array(_CHUNK, null=True)}), required=True)
_RUN_ID = string(required=True).called(null_is="warning", missing_is="warning")
_OBJECT = structure({}, required=True)
_ERROR = structure({"error": string(), "message": string(), "status_code": integer()}, required=True)

SHAPE = variants(
    "event",
    {
        "metadata": {"data": structure({"run_id": _RUN_ID, "attempt": count()}, required=True)},
        "values": {"data": _STATE},
        "updates": {"data": _OBJECT},
        "messages": {"data": Field(Shape(types=("array",)), required=True)},
        "messages/partial": {"data": _STREAMED},
        "messages/complete": {"data": _STREAMED},
        "messages/metadata": {"data": _ANNOUNCED},
        "custom": {"data": _REQUIRED},
        "events": {"data": _OBJECT},
        "tasks": {"data": _OBJECT},
        "checkpoints": {"data": _OBJECT},
        "debug": {"data": _OBJECT},
        "data": {"data": _OUTPUT},
        "error": {"data": _ERROR},
        "end": {"data": ANY},
    },
).shape

_event_misfits = misfit_checker(SHAPE)


def unknown(chunks: Sequence[dict[str, Any]], known: Sequence[str]) -> Iterator[Misfit]:
    """Yield every field that is not in the tables."""
    yield from unknown_fields(SHAPE, chunks, (*known, f"$.{ADDED}"))


def misfits(chunks: Sequence[dict[str, Any]]) -> Iterator[Misfit]:
    """Yield every misfit of each event, those of the pieces of messages last."""
    yield from _event_misfits(chunks)
    for index, chunk in enumerate(chunks):
        data = chunk.get("data")
        if chunk.get("event") == "messages" and type(data) is list:
            for found in explain(_MESSAGE.shape, data[0] if data else None, index):
                yield replace(found, path=f"$.data[0]{found.path[1:]}")


def kinds() -> frozenset[str]:
    """Return the name of every misfit that the tables can report."""
    return misfit_kinds(SHAPE) | misfit_kinds(_MESSAGE.shape)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an event: its name and its data. `messages` has a piece of a message and its metadata."""
    made = schema_builder(SHAPE, "An event of LangGraph or LangServe: its name and its data")()
    piece = {
        name: part for name, part in schema_builder(_MESSAGE.shape, "")().items() if name not in ("$schema", "title")
    }
    pieces = {"if": {"type": "array"}, "then": {"minItems": 1, "prefixItems": [piece]}}
    condition = {"properties": {"event": {"const": "messages"}}, "required": ["event"]}
    made["allOf"] = [*made["allOf"], {"if": condition, "then": {"properties": {"data": pieces}}}]
    return made
