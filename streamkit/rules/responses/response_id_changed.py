"""Response ID changes.

What it finds: a `response` object whose `id` is not that of `response.created`.

Why it matters: the SDK rejects a mixture of two responses.

What to do: keep one ID for the whole stream.

Bad: responses
    set 2 $.response.id "resp_2"

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "RSP805",
    "error",
    finds=missteps,
    apis=("openai_responses",),
)
