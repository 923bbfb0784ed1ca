"""Block index is already used by the initial content.

What it finds: a `message_start` whose message has blocks in its `content`, and a `content_block_start` with the index
of one of them. Anthropic itself starts a message like this when it continues the work of a server tool, and then
counts on from there.

Why it matters: the SDK appends each block to that list and looks it up by index, so the deltas for block 0 go into
the block that was there before.

What to do: continue the numbering after the initial blocks.

Bad: anthropic
    set 1 $.message.content [{"type":"text","text":""}]

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "ANT716",
    "error",
    finds=missteps,
    apis=("anthropic_messages",),
)
