"""The shape of the lines of the AI SDK data stream.

Source: npm `@ai-sdk/ui-utils` 1.2, `data-stream-parts.ts`: the client ends with an error at the first line that does not
fit. Whatever it passes on without a look, such as a source, is only a warning.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import (
    ANY,
    Field,
    array,
    boolean,
    count,
    expected,
    string,
    structure,
    variants,
    words,
)

FINISH_REASONS = ("stop", "length", "content-filter", "tool-calls", "error", "other", "unknown")

_USAGE = structure(
    {"promptTokens": count(null=True, required=True), "completionTokens": count(null=True, required=True)}
)
_FINISH = {"finishReason": words(*FINISH_REASONS, required=True), "usage": _USAGE}
_CALL = {"toolCallId": string(required=True), "toolName": string(required=True)}
_TEXT = {"value": string(required=True)}
_REQUIRED = Field(ANY.shape, required=True)


def _fields(**fields: Field) -> dict[str, Field]:
    return {"value": structure(fields, required=True)}


SHAPE = variants(
    "code",
    {
        "0": _TEXT,
        "g": _TEXT,
        "3": _TEXT,
        "2": {"value": array(ANY, required=True)},
        "8": {"value": array(ANY, required=True)},
        "9": _fields(**_CALL, args=structure({}, required=True)),
        "a": _fields(toolCallId=string(required=True), result=_REQUIRED),
        "b": _fields(**_CALL),
        "c": _fields(toolCallId=string(required=True), argsTextDelta=string(required=True)),
        "d": _fields(**_FINISH),
        "e": _fields(**_FINISH, isContinued=boolean()),
        "f": _fields(messageId=string(required=True)),
        "h": _fields(
            sourceType=expected(string()),
            id=expected(string()),
            url=expected(string()),
            title=string(),
            providerMetadata=structure({}, others=structure({})),
        ),
        "i": _fields(data=string(required=True)),
        "j": _fields(signature=string(required=True)),
        "k": _fields(data=string(required=True), mimeType=string(required=True)),
    },
).shape

misfits = misfit_checker(SHAPE)
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "A line of the AI SDK data stream: its code and its value")
