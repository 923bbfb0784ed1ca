"""The shape of the events of A2A, of version 1.0 and of version 0.3.

Source: specification 1.0, `a2a.proto`, as JSON; specification 0.3, `types.ts`. The client of version 1.0 takes a missing
field for an empty one, and ends with an error at a value of another type; that of version 0.3 does so at both.
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
    expected,
    integer,
    string,
    structure,
    variants,
    words,
)
from streamkit.apis.a2a.chunks import STATES, is_old
from streamkit.model.stream import Misfit

_VERSION = expected(string("2.0"))
_ID = Field(Shape(types=("string", "integer", "null")), required=True)
_META = structure({})
_STRING = string(required=True)

_STATE = words(*(f"TASK_STATE_{state.upper().replace('-', '_')}" for state in sorted(STATES)), required=True)
_PART = structure(
    {
        "text": string(),
        "raw": string(),
        "url": string(),
        "data": ANY,
        "metadata": _META,
        "filename": string(),
        "mediaType": string(),
    }
)
_IDS = {"taskId": expected(string()), "contextId": expected(string())}
_MESSAGE = structure(
    {
        "messageId": expected(string()),
        "contextId": string(),
        "taskId": string(),
        "role": expected(words("ROLE_USER", "ROLE_AGENT")),
        "parts": expected(array(_PART)),
        "metadata": _META,
        "extensions": array(string()),
        "referenceTaskIds": array(string()),
    }
)
_STATUS = expected(structure({"state": expected(_STATE), "message": _MESSAGE, "timestamp": string()}))
_ARTIFACT = {
    "artifactId": expected(string()),
    "name": string(),
    "description": string(),
    "parts": expected(array(_PART)),
    "metadata": _META,
    "extensions": array(string()),
}
_TASK = {
    "id": expected(string()),
    "contextId": expected(string()),
    "status": _STATUS,
    "artifacts": array(structure(_ARTIFACT)),
    "history": array(_MESSAGE),
    "metadata": _META,
}
_RESULT = structure(
    {
        "task": structure(_TASK),
        "message": _MESSAGE,
        "statusUpdate": structure({**_IDS, "status": _STATUS, "metadata": _META}),
        "artifactUpdate": structure(
            {
                **_IDS,
                "artifact": expected(structure(_ARTIFACT)),
                "append": boolean(),
                "lastChunk": boolean(),
                "metadata": _META,
            }
        ),
    },
    required=True,
)

_OLD_FILE = structure({"bytes": string(), "uri": string(), "mimeType": string(), "name": string()}, required=True)
_OLD_PART = variants(
    "kind",
    {
        "text": {"text": _STRING, "metadata": _META},
        "file": {"file": _OLD_FILE, "metadata": _META},
        "data": {"data": structure({}, required=True), "metadata": _META},
    },
)
_OLD_PARTS = array(_OLD_PART, required=True)
_OLD_IDS = {"taskId": _STRING, "contextId": _STRING}
_OLD_MESSAGE = {
    "kind": string("message"),
    "messageId": _STRING,
    "contextId": string(null=True),
    "taskId": string(null=True),
    "role": string("user", "agent", required=True),
    "parts": _OLD_PARTS,
    "metadata": structure({}, null=True),
    "extensions": array(string(), null=True),
    "referenceTaskIds": array(string(), null=True),
}
_OLD_STATUS = structure(
    {
        "state": string(*sorted(STATES), required=True),
        "message": structure(_OLD_MESSAGE, null=True),
        "timestamp": string(null=True),
    },
    required=True,
)
_OLD_ARTIFACT = {
    "artifactId": _STRING,
    "name": string(null=True),
    "description": string(null=True),
    "parts": _OLD_PARTS,
    "metadata": structure({}, null=True),
    "extensions": array(string(), null=True),
}
_OLD_RESULT = variants(
    "kind",
    {
        "task": {
            "id": _STRING,
            "contextId": _STRING,
            "status": _OLD_STATUS,
            "artifacts": array(structure(_OLD_ARTIFACT), null=True),
            "history": array(structure(_OLD_MESSAGE), null=True),
            "metadata": structure({}, null=True),
        },
        "message": {name: field for name, field in _OLD_MESSAGE.items() if name != "kind"},
        "status-update": {
            **_OLD_IDS,
            "status": _OLD_STATUS,
            "final": boolean(required=True),
            "metadata": structure({}, null=True),
        },
        "artifact-update": {
            **_OLD_IDS,
            "artifact": structure(_OLD_ARTIFACT, required=True),
            "append": boolean(null=True),
            "lastChunk": boolean(null=True),
            "metadata": structure({}, null=True),
        },
    },
    required=True,
)
_ERROR = structure({"code": integer(required=True), "message": _STRING, "data": ANY}, required=True)

NEW = Shape(types=("object",), fields={"jsonrpc": _VERSION, "id": _ID, "result": _RESULT})
OLD = Shape(types=("object",), fields={"jsonrpc": _VERSION, "id": _ID, "result": _OLD_RESULT})
FAILURE = Shape(types=("object",), fields={"jsonrpc": _VERSION, "id": _ID, "error": _ERROR})
_ALL = (NEW, OLD, FAILURE)


def shape_of(chunk: dict[str, Any]) -> Shape:
    """Return the table of an event: of its version, or of an error."""
    if "error" in chunk and "result" not in chunk:
        return FAILURE
    return OLD if is_old(chunk) else NEW


def misfits(chunks: Sequence[dict[str, Any]]) -> Iterator[Misfit]:
    """Yield every misfit of each event, in order."""
    fits = {id(shape): compile_check(shape) for shape in _ALL}
    for index, chunk in enumerate(chunks):
        shape = shape_of(chunk)
        if not fits[id(shape)](chunk):
            yield from explain(shape, chunk, index)


def unknown(chunks: Sequence[dict[str, Any]], known: Sequence[str]) -> Iterator[Misfit]:
    """Yield the fields that are in no table."""
    for shape in _ALL:
        yield from unknown_fields(shape, [chunk if shape_of(chunk) is shape else {} for chunk in chunks], known)


def kinds() -> frozenset[str]:
    """Return the name of every misfit that one of the tables can report."""
    return frozenset[str]().union(*map(misfit_kinds, _ALL))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an event of either version."""
    made = [schema_builder(shape, "")() for shape in _ALL]
    new, old, failure = ({key: value for key, value in one.items() if key not in ("$schema", "title")} for one in made)
    is_failure = {"type": "object", "required": ["error"], "not": {"required": ["result"]}}
    has_kind = {"properties": {"result": {"type": "object", "required": ["kind"]}}, "required": ["result"]}
    return {
        "$schema": made[0]["$schema"],
        "title": "An event of A2A, version 1.0 or 0.3",
        "if": is_failure,
        "then": failure,
        "else": {"if": has_kind, "then": old, "else": new},
    }
