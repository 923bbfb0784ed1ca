"""No stop reason.

What it finds: a message that ends without a `stop_reason` in any `message_delta`.

Why it matters: it is unknown whether the answer is complete, truncated, or waiting for a tool; agents then stop when
they should continue.

What to do: send the `stop_reason` in `message_delta`.

Bad: anthropic
    set 5 $.delta.stop_reason null

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT711", "warning", finds=missteps, apis=("anthropic_messages",), whole=True)
