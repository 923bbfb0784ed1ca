"""Shared by the shape tables of OpenAI's two completion APIs.

Source: openai-openapi f85dbe2, `CompletionUsage` and the `finish_reason` of `CreateChatCompletionStreamResponse`.
"""

from __future__ import annotations

from streamkit.apis._kit.shape import count, structure

FINISH_REASONS = ("stop", "length", "tool_calls", "content_filter", "function_call")

_COUNT = count(required=True).called(missing="malformed-usage", wrong_type="malformed-usage")
# Parts of a count. A part that is not counted is absent or null.
_SUBCOUNT = count(null=True).called(wrong_type="malformed-usage", inside="warning")

_OF_PROMPT = ("audio_tokens", "cache_write_tokens", "cached_tokens", "image_tokens", "text_tokens")
_OF_COMPLETION = (
    "accepted_prediction_tokens",
    "audio_tokens",
    "reasoning_tokens",
    "rejected_prediction_tokens",
    "text_tokens",
)

USAGE = structure(
    {
        "prompt_tokens": _COUNT,
        "completion_tokens": _COUNT,
        "total_tokens": _COUNT,
        "prompt_tokens_details": structure(dict.fromkeys(_OF_PROMPT, _SUBCOUNT), null=True).called(
            wrong_type="malformed-usage"
        ),
        "completion_tokens_details": structure(dict.fromkeys(_OF_COMPLETION, _SUBCOUNT), null=True).called(
            wrong_type="malformed-usage"
        ),
    },
    null=True,
).called(wrong_type="malformed-usage")
