"""Message does not begin with `message_start`.

What it finds: an event of a message before `message_start`, or a second `message_start`.

Why it matters: the SDKs build the message from it. The Python SDK ignores a second one, the TypeScript SDK throws.

What to do: send `message_start` once, first.

Bad: anthropic
    drop 1

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "ANT701",
    "error",
    finds=missteps,
    apis=("anthropic_messages",),
    whole=True,
)
