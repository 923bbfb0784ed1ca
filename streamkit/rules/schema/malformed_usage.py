"""Token counts are missing or not integers.

What it finds: a `usage` object, or Gemini's `usageMetadata`, without `prompt_tokens`, `completion_tokens` or
`total_tokens`, or in which one is not an integer. Parts of a count (cached, reasoning) that are not integers are a
warning.

Why it matters: cost accounting reads the three counts and raises, or counts nothing.

What to do: send all three as integers, or leave `usage` out.

Bad: chat-usage
    set 4 $.usage.completion_tokens null

Good: chat-usage
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH323",
    "error",
    also=("warning",),
    finds=misfits,
    apis=("openai_chat", "openai_completions", "gemini"),
)
