"""Missing or duplicate tool call ID.

What it finds: a `tool_use` block whose `id` is empty or equal to that of an earlier block.

Why it matters: the result is returned under that ID. The API rejects an empty ID, and two calls with the same one.

What to do: send a unique ID with every call.

Bad: anthropic
    set 2 $.content_block {"type":"tool_use","id":"","name":"f","input":{}}
    set 3 $.delta {"type":"input_json_delta","partial_json":"{}"}
    set 5 $.delta.stop_reason "tool_use"

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT718", "warning", finds=missteps, apis=("anthropic_messages",))
