"""No `message_delta` before the end.

What it finds: a `message_stop` that no `message_delta` came before.

Why it matters: it carries the stop reason and the output tokens: the SDKs return the message as if all were well,
with `stop_reason` null.

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
    breaks="anthropic 2.11: the message is returned as a success with stop_reason null",
)
