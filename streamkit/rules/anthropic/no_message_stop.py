"""Stream ends without `message_stop`.

What it finds: a stream without its final event.

Why it matters: a truncated answer is returned as a success (litellm#32159).

What to do: send `message_stop` at the end; if it is missing, treat the answer as incomplete.

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
)
