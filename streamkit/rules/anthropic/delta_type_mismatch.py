"""A delta of the wrong type for its block.

What it finds: a `text_delta` in a block that is no text, an `input_json_delta` in one that is no tool, and so on. In a block of
an unknown type it is a warning.

Why it matters: the SDKs add nothing and say nothing: the content is lost.

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
    breaks="anthropic 2.11: the delta is dropped without a word",
)
