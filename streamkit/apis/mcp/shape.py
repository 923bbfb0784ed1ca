"""The shape of the messages of MCP: JSON-RPC requests and notifications by their method, and responses.

Source: specification 2025-11-25, `schema.ts`; PyPI `mcp` 2.3, `mcp_types`. Its client ends a request with an error where
a response is not a JSON-RPC message, or its result does not fit the request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from streamkit.apis._kit.fits import compile_check
from streamkit.apis._kit.misfits import explain, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import (
    ANY,
    Field,
    Shape,
    array,
    boolean,
    integer,
    number,
    string,
    structure,
    variants,
    words,
)
from streamkit.model.stream import Misfit

_VERSION = string("2.0", required=True)
# An ID and a progress token are a string or an integer.
_ID = Field(Shape(types=("string", "integer")))
_REQUIRED_ID = Field(_ID.shape, required=True)
_STRING = string(required=True)
_META = structure({})
_LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")

_ANNOTATIONS = structure(
    {"audience": array(string("user", "assistant")), "priority": number(), "lastModified": string()}
)
_BINARY = {"data": _STRING, "mimeType": _STRING}
_RESOURCE = {"uri": _STRING, "mimeType": string(), "text": string(), "blob": string(), "_meta": _META}
_NAMED = {"name": _STRING, "title": string(), "description": string(), "icons": array(structure({"src": _STRING}))}
_LINK = {"uri": _STRING, "mimeType": string(), "size": number(), "annotations": _ANNOTATIONS, "_meta": _META, **_NAMED}
_ANY_BLOCK = {"annotations": _ANNOTATIONS, "_meta": _META}
BLOCK = variants(
    "type",
    {
        "text": {"text": _STRING, **_ANY_BLOCK},
        "image": {**_BINARY, **_ANY_BLOCK},
        "audio": {**_BINARY, **_ANY_BLOCK},
        "resource_link": _LINK,
        "resource": {"resource": structure(_RESOURCE, required=True), **_ANY_BLOCK},
    },
)
_SCHEMA = structure({"type": string(), "properties": structure({}), "required": array(string())}, required=True)
_TOOL = {"inputSchema": _SCHEMA, "outputSchema": structure({}), "annotations": structure({}), "_meta": _META, **_NAMED}

_RESULT = structure(
    {
        "content": array(BLOCK),
        "structuredContent": ANY,
        "isError": boolean().called(inside="warning"),
        "tools": array(structure(_TOOL)),
        "resources": array(structure(_LINK)),
        "resourceTemplates": array(structure({"uriTemplate": _STRING, **_NAMED})),
        "contents": array(structure(_RESOURCE)),
        "prompts": array(structure({"arguments": array(structure({"name": _STRING})), **_NAMED})),
        "messages": array(structure({"role": words("user", "assistant", required=True), "content": BLOCK})),
        "nextCursor": string(),
        "protocolVersion": string(),
        "capabilities": structure({}),
        "serverInfo": structure({"name": _STRING, "version": _STRING, "title": string()}),
        "instructions": string(),
        "completion": structure({"values": array(string(), required=True), "total": number(), "hasMore": boolean()}),
        "task": structure({"taskId": _STRING, "status": _STRING}),
        "resultType": string(),
        "_meta": _META,
    },
    required=True,
)
_ERROR = structure({"code": integer(required=True), "message": _STRING, "data": ANY}, required=True)

RESPONSE = Shape(
    types=("object",),
    fields={"jsonrpc": _VERSION, "id": _REQUIRED_ID, "result": _RESULT},
)
FAILURE = Shape(types=("object",), fields={"jsonrpc": _VERSION, "id": _ID, "error": _ERROR})


def _notification(required: bool = True, **params: Field) -> dict[str, Field]:
    # A notification that does not fit is ignored; a request that does not is answered with an error.
    return {"jsonrpc": _VERSION, "params": _params(required, params).called(inside="warning")}


def _request(required: bool = True, **params: Field) -> dict[str, Field]:
    return {"id": _REQUIRED_ID, "jsonrpc": _VERSION, "params": _params(required, params)}


def _params(required: bool, params: dict[str, Field]) -> Field:
    return structure({**params, "_meta": _META}, required=required)


MESSAGE = variants(
    "method",
    {
        "notifications/progress": _notification(
            progressToken=_REQUIRED_ID, progress=number(required=True), total=number(), message=string()
        ),
        "notifications/message": _notification(
            level=words(*_LEVELS, required=True), logger=string(), data=Field(ANY.shape, required=True)
        ),
        "notifications/cancelled": _notification(requestId=_ID, reason=string()),
        "notifications/resources/updated": _notification(uri=_STRING),
        "notifications/resources/list_changed": _notification(required=False),
        "notifications/tools/list_changed": _notification(required=False),
        "notifications/prompts/list_changed": _notification(required=False),
        "notifications/elicitation/complete": _notification(elicitationId=_STRING),
        "notifications/tasks/status": _notification(taskId=_STRING, status=_STRING),
        "notifications/subscriptions/acknowledged": _notification(required=False),
        "sampling/createMessage": _request(
            messages=array(structure({"role": words("user", "assistant", required=True)}), required=True),
            maxTokens=integer(required=True),
        ),
        "elicitation/create": _request(message=_STRING, mode=string(), requestedSchema=structure({}), url=string()),
        "roots/list": _request(required=False),
        "ping": _request(required=False),
    },
).shape

METHODS = frozenset(MESSAGE.variants)
"""The methods that a server may send to a client."""

_ALL = (RESPONSE, FAILURE, MESSAGE)


def shape_of(chunk: dict[str, Any]) -> Shape:
    """Return the table of a message: by its method, or as a response."""
    if "method" in chunk or not ("result" in chunk or "error" in chunk):
        return MESSAGE
    return FAILURE if "error" in chunk else RESPONSE


def misfits(chunks: Sequence[dict[str, Any]]) -> Iterator[Misfit]:
    """Yield every misfit of each message, in order."""
    fits = {id(shape): compile_check(shape) for shape in _ALL}
    for index, chunk in enumerate(chunks):
        shape = shape_of(chunk)
        if not fits[id(shape)](chunk):
            yield from explain(shape, chunk, index)


def unknown(chunks: Sequence[dict[str, Any]], known: Sequence[str]) -> Iterator[Misfit]:
    """Yield the fields that are in no table."""
    for shape in _ALL:
        wanted = [chunk if shape_of(chunk) is shape else {} for chunk in chunks]
        yield from unknown_fields(shape, wanted, known)


def kinds() -> frozenset[str]:
    """Return the name of every misfit that one of the tables can report."""
    return frozenset[str]().union(*map(misfit_kinds, _ALL))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a message."""
    made = [schema_builder(shape, "")() for shape in _ALL]
    response, failure, message = (
        {key: value for key, value in one.items() if key not in ("$schema", "title")} for one in made
    )
    answer = {"if": {"required": ["error"]}, "then": failure, "else": response}
    is_answer = {"not": {"required": ["method"]}, "anyOf": [{"required": ["result"]}, {"required": ["error"]}]}
    title = "A message of MCP from a server to its client"
    return {
        "$schema": made[0]["$schema"],
        "title": title,
        "type": "object",
        "if": is_answer,
        "then": answer,
        "else": message,
    }
