"""No `message_delta` before the end.

What it finds: a `message_stop` without a `message_delta` before it.

Why it matters: it carries the stop reason and the output tokens. The SDKs return the message as a success, with
`stop_reason` null.

What to do: send `message_delta` with the stop reason and the usage before `message_stop`.

Bad: anthropic
    drop 5

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "ANT708",
    "error",
    finds=missteps,
    apis=("anthropic_messages",),
    whole=True,
)
