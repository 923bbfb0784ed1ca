"""Token counts are missing or no integers.

What it finds: a `usage` object, or Gemini's `usageMetadata`, without `prompt_tokens`, `completion_tokens` or `total_tokens`, or in which one is no
integer.

Parts of a count (cached, reasoning) that are no integers are a warning.

Why it matters: what adds up costs reads the three and raises, or counts nothing.

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
    breaks="google-genai 3.4: ValidationError for a text",
)
