"""Event after the end.

What it finds: blocks after `message_delta`, or any event of a message after `message_stop`.

Why it matters: clients stop there, so whatever follows is lost to them.

What to do: send `message_delta` after all blocks, and `message_stop` last.

Bad: anthropic
    append {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
    name 7 content_block_start
    append {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi"}}
    name 8 content_block_delta
    append {"type":"content_block_stop","index":1}
    name 9 content_block_stop

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "ANT715",
    "error",
    finds=missteps,
    apis=("anthropic_messages",),
)
