r"""A tool's input is no JSON object.

What it finds: a tool block whose `partial_json` pieces, all put together, are no JSON object. Where the answer was
cut at `max_tokens` it is a warning.

Why it matters: the SDKs parse as far as they can and hand over what they got, which may be `{}`: the tool is called
with nothing.

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
    breaks="anthropic 2.11: ValueError, or the input is silently `{}`",
)
