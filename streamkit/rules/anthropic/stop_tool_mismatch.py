"""Stop reason does not fit the tool calls.

What it finds: `stop_reason` `tool_use` without a `tool_use` block, or `end_turn` or `stop_sequence` after one.

Why it matters: agents rely on the stop reason: they wait for a call that never came, or never execute the one that
did.

What to do: send `tool_use` if and only if the message contains a tool call.

Bad: anthropic
    set 5 $.delta.stop_reason "tool_use"

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT717", "warning", finds=missteps, apis=("anthropic_messages",), whole=True)
