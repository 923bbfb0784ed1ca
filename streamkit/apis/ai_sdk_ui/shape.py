"""The shape of the events of the AI SDK UI message stream.

Source: npm `ai` 7.0, `uiMessageChunkSchema`. `useChat` ends with an error at the first event that does not fit it: an
unknown type, a null in an optional field. Unknown fields are allowed from version 6 on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from streamkit.apis._kit.fits import compile_check
from streamkit.apis._kit.misfits import explain, misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, Field, array, boolean, count, string, structure, variants
from streamkit.apis.ai_sdk_ui.chunks import is_data
from streamkit.model.stream import Misfit

FINISH_REASONS = ("stop", "length", "content-filter", "tool-calls", "error", "interrupted", "other")

_METADATA = structure({}, others=structure({}))
_WITH_METADATA = {"providerMetadata": _METADATA}
_PART = {"id": string(required=True), **_WITH_METADATA}
_CALL = {
    "toolCallId": string(required=True),
    "providerExecuted": boolean(),
    "providerMetadata": _METADATA,
    "toolMetadata": structure({}),
    "dynamic": boolean(),
}
_NAMED_CALL = {**_CALL, "toolName": string(required=True), "title": string()}
_REQUIRED = Field(ANY.shape, required=True)
_FILE = {"url": string(required=True), "mediaType": string(required=True)}
_CITATION = structure(
    {
        "source": variants(
            "sourceType",
            {
                "url": {
                    "type": string(),
                    "id": string(required=True),
                    "url": string(required=True),
                    "title": string(),
                    **_WITH_METADATA,
                },
                "document": {
                    "type": string(),
                    "id": string(required=True),
                    "mediaType": string(required=True),
                    "title": string(required=True),
                    "filename": string(),
                    **_WITH_METADATA,
                },
            },
            required=True,
        ),
        "startIndex": count(),
        "endIndex": count(),
        "citedText": string(),
    }
)

SHAPE = variants(
    "type",
    {
        "start": {"messageId": string(), "messageMetadata": ANY},
        "finish": {"finishReason": string(*FINISH_REASONS), "messageMetadata": ANY},
        "abort": {"reason": string()},
        "error": {"errorText": string(required=True)},
        "start-step": {},
        "finish-step": {},
        "reset-step": {},
        "message-metadata": {"messageMetadata": _REQUIRED},
        "text-start": _PART,
        "text-delta": {**_PART, "delta": string(required=True)},
        "text-end": {**_PART, "citations": array(_CITATION)},
        "reasoning-start": _PART,
        "reasoning-delta": {**_PART, "delta": string(required=True)},
        "reasoning-end": _PART,
        "tool-input-start": {**_NAMED_CALL, "inputEncoding": string("json", "text")},
        "tool-input-delta": {"toolCallId": string(required=True), "inputTextDelta": string(required=True)},
        "tool-input-available": {**_NAMED_CALL, "input": _REQUIRED},
        "tool-input-error": {**_NAMED_CALL, "input": _REQUIRED, "errorText": string(required=True)},
        "tool-approval-request": {
            "approvalId": string(required=True),
            "toolCallId": string(required=True),
            "approvalDescriptor": ANY,
            "inputSchemaInput": ANY,
            "reason": string(),
            "isAutomatic": boolean(),
            "signature": string(),
        },
        "tool-approval-response": {
            "approvalId": string(required=True),
            "approved": boolean(required=True),
            "reason": string(),
            "providerExecuted": boolean(),
            **_WITH_METADATA,
        },
        "tool-output-available": {**_CALL, "output": _REQUIRED, "preliminary": boolean()},
        "tool-output-error": {**_CALL, "errorText": string(required=True)},
        "tool-output-denied": {"toolCallId": string(required=True)},
        "source-url": {
            "sourceId": string(required=True),
            "url": string(required=True),
            "title": string(),
            **_WITH_METADATA,
        },
        "source-document": {
            "sourceId": string(required=True),
            "mediaType": string(required=True),
            "title": string(required=True),
            "filename": string(),
            **_WITH_METADATA,
        },
        "file": {**_FILE, **_WITH_METADATA},
        "reasoning-file": {**_FILE, **_WITH_METADATA},
        "custom": {"kind": string(required=True), **_WITH_METADATA},
        "steering-message": {
            "id": string(required=True),
            "parts": array(
                variants(
                    "type",
                    {
                        "text": {"text": string(required=True), **_WITH_METADATA},
                        "file": {
                            **_FILE,
                            "filename": string(),
                            "providerReference": structure({}, others=string()),
                            **_WITH_METADATA,
                        },
                    },
                ),
                required=True,
            ),
        },
    },
).shape

DATA = structure({"type": string(required=True), "id": string(), "data": _REQUIRED, "transient": boolean()}).shape
"""An event of a type that an application adds, such as `data-weather`."""

_event_misfits = misfit_checker(SHAPE)


def misfits(chunks: Sequence[dict[str, Any]]) -> Iterator[Misfit]:
    """Yield every misfit of each event, those of the application's own types last."""
    yield from _event_misfits(chunks)
    fits = compile_check(DATA)
    for index, chunk in enumerate(chunks):
        if is_data(chunk.get("type")) and not fits(chunk):
            yield from explain(DATA, chunk, index)


def unknown(chunks: Sequence[dict[str, Any]], known: Sequence[str]) -> Iterator[Misfit]:
    """Yield the fields that are in neither table."""
    yield from unknown_fields(SHAPE, chunks, known)
    for index, chunk in enumerate(chunks):
        if is_data(chunk.get("type")):
            yield from (
                Misfit(index, found.path, found.problem, found.message, found.severity)
                for found in unknown_fields(DATA, [chunk], known)
            )


def kinds() -> frozenset[str]:
    """Return the name of every misfit that either table can report."""
    return misfit_kinds(SHAPE) | misfit_kinds(DATA)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an event."""
    event, data = (schema_builder(shape, "")() for shape in (SHAPE, DATA))
    return {
        "$schema": event["$schema"],
        "title": "An event of the AI SDK UI message stream",
        "if": {"properties": {"type": {"type": "string", "pattern": "^data-"}}, "required": ["type"]},
        "then": {key: value for key, value in data.items() if key not in ("$schema", "title")},
        "else": {key: value for key, value in event.items() if key not in ("$schema", "title")},
    }
