"""The stop reason does not fit the tool calls.

What it finds: `stop_reason` `tool_use` without a `tool_use` block, or `end_turn` or `stop_sequence` after one.

Why it matters: agents go by the stop reason: they wait for a call that never came, or never make the one that did.

Bad: anthropic
    set 5 $.delta.stop_reason "tool_use"

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT717", "warning", finds=missteps, apis=("anthropic_messages",), whole=True)
