"""Delta does not fit its block.

What it finds: a `text_delta` in a block that is not a text block, an `input_json_delta` in one that is not a tool
call, and so on. In a block of unknown type it is a warning, and so is a delta of unknown type in a block of a known one.

Why it matters: the SDKs silently ignore the delta: its content is lost.

What to do: start a block of the right type for each kind of delta.

Bad: anthropic
    set 3 $.delta {"type":"thinking_delta","thinking":"hm"}

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "ANT705",
    "error",
    also=("warning",),
    finds=missteps,
    apis=("anthropic_messages",),
)
