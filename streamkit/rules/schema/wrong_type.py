"""A field has a value of another type.

What it finds: fields whose JSON type is not that of the API: `created` as a string, `id` as a number. A whole number
written `1.0` is no integer here. In a field that clients only hand on it is a warning.

Why it matters: typed clients refuse the whole chunk; others carry the wrong type on.

Bad: chat
    set 2 $.created "1760000000"

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH302",
    "error",
    also=("warning",),
    finds=misfits,
    breaks_at={
        "created": "Vercel AI SDK 6.0: rejects every chunk where it is a string",
        "logprobs": "openai-python 3.52 `.chat.completions.stream()`: AttributeError",
        "delta": "openai-python 3.52 `.responses.stream()`: TypeError",
        "content_block": "anthropic 2.11: AttributeError",
        "text": "anthropic 2.11: TypeError",
    },
)
