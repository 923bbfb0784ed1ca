"""The end does not tell what it always tells.

What it finds: a stream that ends, and nothing tells the token counts, the durations or the details that this API sends with
every end.

Why it matters: what the answer cost is not known; a client that reads it without looking raises.

Bad: converse
    drop 8

Good: converse
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ458",
    "warning",
    finds=missteps,
    whole=True,
    breaks="@ai-sdk/cohere 3.0: `Type validation failed` where `usage` is missing",
)
