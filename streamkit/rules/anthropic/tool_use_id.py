"""A tool call without an id of its own.

What it finds: a `tool_use` block whose `id` is empty, or that of a block before it.

Why it matters: the result is given back under that id. The API refuses an empty one, and two calls of one id.

Bad: anthropic
    set 2 $.content_block {"type":"tool_use","id":"","name":"f","input":{}}
    set 3 $.delta {"type":"input_json_delta","partial_json":"{}"}
    set 5 $.delta.stop_reason "tool_use"

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT718", "warning", finds=missteps, apis=("anthropic_messages",))
