"""What the shape tables of OpenAI's two completion APIs have in common.

Source: openai-openapi f85dbe2, `CompletionUsage` and the `finish_reason` of `CreateChatCompletionStreamResponse`.
"""

from __future__ import annotations

from streamkit.apis._kit.shape import integer, structure

FINISH_REASONS = ("stop", "length", "tool_calls", "content_filter", "function_call")

_COUNT = integer(required=True).called(missing="malformed-usage", wrong_type="malformed-usage")

USAGE = structure(
    {
        "prompt_tokens": _COUNT,
        "completion_tokens": _COUNT,
        "total_tokens": _COUNT,
        "prompt_tokens_details": structure({}, null=True).called(wrong_type="malformed-usage"),
        "completion_tokens_details": structure({}, null=True).called(wrong_type="malformed-usage"),
    },
    null=True,
).called(wrong_type="malformed-usage")
