"""The stream ends without `message_stop`.

What it finds: a stream without the event that ends it.

Why it matters: an answer that was cut off is returned as a success (litellm#32159).

Bad: anthropic
    drop 6

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "ANT709",
    "error",
    finds=missteps,
    apis=("anthropic_messages",),
    whole=True,
    breaks="anthropic 2.11: a message that was cut off is returned as a success",
)
