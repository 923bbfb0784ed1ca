"""The shape of the events of AG-UI.

Source: PyPI `ag-ui-protocol` 1.0, `_generated/models.py`; npm `@ag-ui/client` 1.0, whose `enforceEvents` ends the run at the
first event that does not fit. It drops unknown events and fields.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, Field, Shape, array, boolean, count, integer, string, structure, variants

_STRING = string(required=True)
_REQUIRED = Field(ANY.shape, required=True)
_OBJECT = structure({})
_OWNER = {"subagentRunId": string()}
_PARENT = string().called(null_is="warning")  # the client accepts null
_COMMON = {"timestamp": integer(), "rawEvent": ANY, "metadata": _OBJECT}

_SOURCE = variants(
    "type",
    {
        "data": {"value": _STRING, "mimeType": _STRING},
        "url": {"value": _STRING, "mimeType": string()},
        "file": {"value": _STRING, "provider": string(), "mimeType": string()},
    },
    required=True,
)
_MEDIA = {"id": string(), "source": _SOURCE, "metadata": ANY}
_PART = variants(
    "type",
    {
        "text": {"id": string(), "text": _STRING, "metadata": ANY},
        **dict.fromkeys(("image", "audio", "video", "document"), _MEDIA),
        # Before version 1.0.
        "binary": {"mimeType": _STRING, "id": string(), "url": string(), "data": string(), "filename": string()},
    },
    known=True,
)
# A text, or parts.
_CONTENT = Field(Shape(types=("string", "array"), items=_PART.shape), required=True)

_CALL = structure(
    {
        "id": _STRING,
        "type": string("function", required=True),
        "function": structure({"name": _STRING, "arguments": _STRING}, required=True),
        "encryptedValue": string(),
        "metadata": _OBJECT,
    }
)
_ANY_MESSAGE = {"id": _STRING, "name": string(), "encryptedValue": string(), "metadata": _OBJECT, **_OWNER}
_MESSAGE = variants(
    "role",
    {
        "developer": {**_ANY_MESSAGE, "content": _STRING},
        "system": {**_ANY_MESSAGE, "content": _STRING},
        "user": {**_ANY_MESSAGE, "content": _CONTENT},
        "assistant": {**_ANY_MESSAGE, "content": string(), "toolCalls": array(_CALL)},
        "tool": {**_ANY_MESSAGE, "content": _CONTENT, "toolCallId": _STRING, "error": string()},
        "activity": {**_ANY_MESSAGE, "activityType": _STRING, "content": structure({}, required=True)},
        "reasoning": {**_ANY_MESSAGE, "content": _STRING},
    },
    known=True,
)

_PATCH = array(
    variants(
        "op",
        {
            "add": {"path": _STRING, "value": _REQUIRED},
            "replace": {"path": _STRING, "value": _REQUIRED},
            "test": {"path": _STRING, "value": _REQUIRED},
            "remove": {"path": _STRING},
            "move": {"path": _STRING, "from": _STRING},
            "copy": {"path": _STRING, "from": _STRING},
        },
    ),
    required=True,
)
_COUNTS = (
    "inputTokens",
    "outputTokens",
    "totalTokens",
    "reasoningTokens",
    "cachedInputTokens",
    "cacheWriteInputTokens",
)
_USAGE = array(structure({"provider": string(), "model": string(), **dict.fromkeys(_COUNTS, count())}))
_INTERRUPT = structure(
    {
        "id": _STRING,
        "reason": _STRING,
        "message": string(),
        "toolCallId": string(),
        "responseSchema": _OBJECT,
        "expiresAt": string(),
        "metadata": _OBJECT,
        **_OWNER,
    }
)
_OUTCOME = variants(
    "type",
    {
        "success": {"pendingToolCallIds": array(string())},
        "interrupt": {"interrupts": array(_INTERRUPT, required=True)},
        "cancelled": {},
    },
    known=True,
)
_ROLE = string("developer", "system", "assistant", "user")


def _event(**fields: Field) -> dict[str, Field]:
    return {**fields, **_COMMON}


def _owned(**fields: Field) -> dict[str, Field]:
    """An event that a subagent may have sent."""
    return {**fields, **_COMMON, **_OWNER}


SHAPE = variants(
    "type",
    {
        "RUN_STARTED": _event(
            threadId=_STRING, runId=_STRING, protocolVersion=string(), parentRunId=string(), input=_OBJECT
        ),
        "RUN_FINISHED": _event(threadId=_STRING, runId=_STRING, result=ANY, outcome=_OUTCOME, usage=_USAGE),
        "RUN_ERROR": _event(message=_STRING, code=string(), usage=_USAGE),
        "STEP_STARTED": _owned(stepName=_STRING),
        "STEP_FINISHED": _owned(stepName=_STRING),
        "TEXT_MESSAGE_START": _owned(messageId=_STRING, role=_ROLE, name=string()),
        "TEXT_MESSAGE_CONTENT": _owned(messageId=_STRING, delta=_STRING),
        "TEXT_MESSAGE_END": _owned(messageId=_STRING),
        "TEXT_MESSAGE_CHUNK": _owned(messageId=string(), role=_ROLE, name=string(), delta=string()),
        "TOOL_CALL_START": _owned(toolCallId=_STRING, toolCallName=_STRING, parentMessageId=_PARENT),
        "TOOL_CALL_ARGS": _owned(toolCallId=_STRING, delta=_STRING),
        "TOOL_CALL_END": _owned(toolCallId=_STRING),
        "TOOL_CALL_CHUNK": _owned(toolCallId=string(), toolCallName=string(), parentMessageId=_PARENT, delta=string()),
        "TOOL_CALL_RESULT": _owned(messageId=_STRING, toolCallId=_STRING, content=_CONTENT, role=string("tool")),
        "STATE_SNAPSHOT": _owned(snapshot=_REQUIRED),
        "STATE_DELTA": _owned(delta=_PATCH),
        "MESSAGES_SNAPSHOT": _event(messages=array(_MESSAGE, required=True)),
        "ACTIVITY_SNAPSHOT": _owned(
            messageId=_STRING, activityType=_STRING, content=structure({}, required=True), replace=boolean()
        ),
        "ACTIVITY_DELTA": _owned(messageId=_STRING, activityType=_STRING, patch=_PATCH),
        "RAW": _owned(event=_REQUIRED, source=string()),
        "CUSTOM": _owned(name=_STRING, value=_REQUIRED),
        "REASONING_START": _owned(messageId=_STRING),
        "REASONING_END": _owned(messageId=_STRING),
        "REASONING_MESSAGE_START": _owned(messageId=_STRING, role=string("reasoning", required=True)),
        "REASONING_MESSAGE_CONTENT": _owned(messageId=_STRING, delta=_STRING),
        "REASONING_MESSAGE_END": _owned(messageId=_STRING),
        "REASONING_MESSAGE_CHUNK": _owned(messageId=string(), delta=string()),
        "REASONING_ENCRYPTED_VALUE": _owned(
            subtype=string("tool-call", "message", required=True), entityId=_STRING, encryptedValue=_STRING
        ),
        "THINKING_START": _event(title=string()),
        "THINKING_END": _event(),
        "THINKING_TEXT_MESSAGE_START": _event(),
        "THINKING_TEXT_MESSAGE_CONTENT": _event(delta=_STRING),
        "THINKING_TEXT_MESSAGE_END": _event(),
        "SUBAGENT_STARTED": _event(
            subagentRunId=_STRING,
            name=_STRING,
            description=string(),
            parentSubagentRunId=string(),
            parentToolCallId=string(),
            parentMessageId=string(),
        ),
        "SUBAGENT_FINISHED": _event(
            subagentRunId=_STRING,
            result=ANY,
            outcome=variants("type", {"success": {}, "suspended": {"interruptIds": array(string())}}),
        ),
        "SUBAGENT_ERROR": _event(subagentRunId=_STRING, message=_STRING, code=string()),
    },
).shape

misfits = misfit_checker(SHAPE)
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of AG-UI")
