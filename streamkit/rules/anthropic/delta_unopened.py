"""Delta for a block that is not open.

What it finds: a `content_block_delta` or `content_block_stop` for a block that has not started or has already
stopped.

Why it matters: there is nothing to add it to. Claude Code reports `Content block not found` (CLIProxyAPI#3720).

What to do: send `content_block_start` before the first delta of a block.

Bad: anthropic
    drop 2

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "ANT704",
    "error",
    finds=missteps,
    apis=("anthropic_messages",),
    whole=True,
)
