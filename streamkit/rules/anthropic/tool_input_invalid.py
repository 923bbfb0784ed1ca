r"""Tool input is not a JSON object.

What it finds: a tool block whose joined `partial_json` pieces are not a JSON object. If the answer was truncated at
`max_tokens`, it is a warning.

Why it matters: the SDKs parse as much as they can and pass it on, possibly as `{}`: the tool is called without
arguments.

What to do: send the complete arguments; validate the input before calling a tool.

Bad: anthropic
    set 2 $.content_block {"type":"tool_use","id":"toolu_1","name":"f","input":{}}
    set 3 $.delta {"type":"input_json_delta","partial_json":"{\"a\":1}{"}
    set 5 $.delta.stop_reason "tool_use"

Good: anthropic
    set 2 $.content_block {"type":"tool_use","id":"toolu_1","name":"f","input":{}}
    set 3 $.delta {"type":"input_json_delta","partial_json":"{\"a\":1}"}
    set 5 $.delta.stop_reason "tool_use"
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "ANT710",
    "error",
    also=("warning",),
    finds=missteps,
    apis=("anthropic_messages",),
    whole=True,
)
