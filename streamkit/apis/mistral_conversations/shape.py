"""The shape of the events of Mistral's conversations and agents.

Source: mistralai 3.7.0, `models/conversationevents.py` and its `*event.py`. If an event does not fit these types, its
client turns it into an event of unknown type, whose fields cannot be read: the content is lost without an error.
`output_index` and `content_index` have a default there (0), but every event that the service sends has them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, Field, Shape, count, expected, integer, string, structure, variants, words

_PART = variants(
    "type",
    {
        "text": {"text": string(required=True)},
        "thinking": {"thinking": ANY, "signature": string(null=True)},
        "tool_reference": {"tool": string(required=True), "title": string(required=True), "url": string(null=True)},
        "tool_file": {"tool": string(required=True), "file_id": string(required=True)},
    },
).shape
_TYPES = ("text", "thinking", "tool_reference", "tool_file", "image_url", "document_url")

_CONTENT = Field(
    replace(_PART, types=("string", "object"), fields={"type": words(*_TYPES, required=True)}), required=True
)

_USAGE = structure(
    {
        "prompt_tokens": expected(count()),
        "completion_tokens": expected(count()),
        "total_tokens": expected(count()),
        "connector_tokens": count(null=True),
        "connectors": structure({}, others=count(), null=True),
    },
    required=True,
)


def _event(**fields: Field) -> dict[str, Field]:
    return {**fields, "created_at": string()}


def _entry(**fields: Field) -> dict[str, Field]:
    """Return the fields of an event about an entry."""
    return _event(id=string(required=True), output_index=expected(count()), **fields)


def _generated(**fields: Field) -> dict[str, Field]:
    """Return the fields of an event about an entry that a model generated."""
    return _entry(model=string(null=True), agent_id=string(null=True), **fields)


_ROLE = expected(string("assistant")).called(wrong_value="bad-role")
_ARGUMENTS = Field(Shape(types=("string", "object")), required=True)

SHAPE = variants(
    "type",
    {
        "conversation.response.started": _event(conversation_id=string(required=True)),
        "conversation.response.done": _event(usage=_USAGE),
        "conversation.response.error": _event(message=string(required=True), code=integer(required=True)),
        "message.output.delta": _generated(content=_CONTENT, content_index=expected(count()), role=_ROLE),
        "function.call.delta": _generated(
            name=string(required=True),
            tool_call_id=string(required=True),
            arguments=_ARGUMENTS,
            confirmation_status=words("pending", "allowed", "denied", null=True),
        ),
        # The example in the documentation has no `arguments`; the SDK loses such an event.
        "tool.execution.started": _generated(name=string(required=True), arguments=expected(string())),
        "tool.execution.delta": _entry(name=string(required=True), arguments=string(required=True)),
        "tool.execution.done": _entry(name=string(required=True), info=structure({}), arguments=ANY),
        "agent.handoff.started": _entry(
            previous_agent_id=string(required=True), previous_agent_name=string(required=True)
        ),
        "agent.handoff.done": _entry(next_agent_id=string(required=True), next_agent_name=string(required=True)),
    },
).shape

misfits = misfit_checker(SHAPE, error="error", unless="type")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of Mistral's conversations", error="error", unless="type")
