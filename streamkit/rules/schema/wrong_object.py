"""`object` is not `chat.completion.chunk`.

What it finds: chunks whose `object` has another value, such as `chat.completion`, or is empty.

Why it matters: openai-python's stream helper recognizes chunks by this value and drops all others: the answer is
empty, and its end raises AssertionError.

What to do: send `"object":"chat.completion.chunk"`.

Bad: chat
    set 2 $.object "chat.completion"

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH303",
    "error",
    finds=misfits,
    apis=("openai_chat", "openai_completions"),
)
