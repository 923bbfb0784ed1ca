"""A block has the place of one that the message began with.

What it finds: a `message_start` whose message has blocks in its `content`, and a `content_block_start` with the index of
one of them. Anthropic itself begins a message so where a program of its own goes on, and then counts on from there.

Why it matters: the SDK appends each block to that list and addresses it by its index: what the deltas say of block 0 goes
into the block that was there before.

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
    breaks="anthropic 2.12: the text goes into the wrong block",
)
