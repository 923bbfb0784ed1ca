"""The shape of a `chat.completion.chunk`.

Source: openai-openapi f85dbe2, `CreateChatCompletionStreamResponse`; openai-python 3.52,
`types/chat/chat_completion_chunk.py`. Where the two differ, the laxer one applies: `finish_reason` may be absent, as it
is from one provider in nine.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, Field, Shape, array, integer, number, string, structure
from streamkit.apis._openai.shape import FINISH_REASONS, USAGE

ROLES = ("developer", "system", "user", "assistant", "tool")

_TOKEN: dict[str, Field] = {
    "token": string(required=True),
    "logprob": number(required=True),
    "bytes": array(integer(), null=True),
    "top_logprobs": array(
        structure(
            {
                "token": string(required=True),
                "logprob": number(required=True),
                "bytes": array(integer(), null=True),
            }
        ),
        null=True,
    ),
}

_LOGPROBS = structure(
    {"content": array(structure(_TOKEN), null=True), "refusal": array(structure(_TOKEN), null=True)}, null=True
)

_FUNCTION = structure(
    {
        "name": string(null=True).called(wrong_type="tool-calls-shape"),
        "arguments": string(null=True).called(wrong_type="arguments-not-string"),
    }
).called(wrong_type="tool-calls-shape")

_TOOL_CALL = structure(
    {
        "index": integer(required=True).called(missing="tool-call-no-index", wrong_type="tool-call-no-index"),
        "id": string(null=True).called(wrong_type="tool-calls-shape"),
        "type": string("function", "custom", "", null=True).called(
            wrong_type="tool-calls-shape", wrong_value="unknown-word"
        ),
        "function": _FUNCTION,
        "custom": structure({"name": string(null=True), "input": string(null=True)}),
    }
)

# openai-python merges every list in a delta by the `index` of its entries, and appends entries that are not objects.
_INDEXED = Shape(
    types=(),
    fields={"index": integer(required=True).called(missing="unindexed-list-delta", wrong_type="unindexed-list-delta")},
)

_DELTA = structure(
    {
        "role": string(*ROLES, null=True).called(wrong_type="bad-role", wrong_value="bad-role"),
        "content": string(null=True).called(wrong_type="content-not-string"),
        "refusal": string(null=True).called(wrong_type="content-not-string"),
        "tool_calls": array(_TOOL_CALL, null=True).called(wrong_type="tool-calls-shape"),
        "function_call": structure({"name": string(null=True), "arguments": string(null=True)}, null=True),
        "audio": structure({}, null=True),
    },
    others=Field(Shape(types=("string", "object", "array", "boolean", "null"), items=_INDEXED)).called(
        wrong_type="numeric-delta-extra"
    ),
    required=True,
).called(missing="delta-not-object", wrong_type="delta-not-object")

_CHOICE = structure(
    {
        "index": integer(required=True).called(missing="choice-index", wrong_type="choice-index"),
        "delta": _DELTA,
        "finish_reason": string(*FINISH_REASONS, null=True).called(
            wrong_value="unknown-finish-reason", empty="empty-finish-reason"
        ),
        "logprobs": _LOGPROBS,
        "message": Field(Shape(types=("null",))).called(wrong_type="message-and-delta"),
    }
)

SHAPE = Shape(
    types=("object",),
    fields={
        "id": string(required=True).called(missing_is="warning"),
        "object": string("chat.completion.chunk", required=True).called(wrong_value="wrong-object"),
        "created": integer(required=True).called(missing_is="warning"),
        "model": string(required=True).called(missing_is="warning"),
        "choices": array(_CHOICE, required=True),
        "usage": USAGE,
        "service_tier": string(null=True),
        "system_fingerprint": string(null=True),
        "obfuscation": string(null=True),
        "moderation": ANY,
        "error": ANY,
    },
)

misfits = misfit_checker(SHAPE, error="error", unless="choices")
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "A chunk of OpenAI Chat Completions", error="error", unless="choices")
