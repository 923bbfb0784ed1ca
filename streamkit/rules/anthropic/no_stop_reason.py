"""No stop reason.

What it finds: a message that ends with no `stop_reason` in any `message_delta`.

Why it matters: whether the answer is whole, was cut, or waits for a tool cannot be told; agents then stop where they
should go on.

Bad: anthropic
    set 5 $.delta.stop_reason null

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT711", "warning", finds=missteps, apis=("anthropic_messages",), whole=True)
