"""Two blocks open at once.

What it finds: a `content_block_start` while another block is still open.

Why it matters: clients keep one open block: data for the other is lost or ends up in the wrong one (axonhub#1677,
cc-switch#2303).

What to do: close a block before the next one starts; buffer parallel tool calls.

Bad: anthropic
    insert 3 {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
    name 3 content_block_start
    insert 6 {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi"}}
    name 6 content_block_delta
    insert 7 {"type":"content_block_stop","index":1}
    name 7 content_block_stop

Good: anthropic
    insert 5 {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
    name 5 content_block_start
    insert 6 {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi"}}
    name 6 content_block_delta
    insert 7 {"type":"content_block_stop","index":1}
    name 7 content_block_stop
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "ANT707",
    "error",
    finds=missteps,
    apis=("anthropic_messages",),
)
