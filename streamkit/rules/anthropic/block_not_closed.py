"""Block is never closed.

What it finds: a content block without its `content_block_stop`.

Why it matters: clients that act when a block stops, such as on a tool call, never act (cc-switch#2303 hangs;
anthropic-sdk-kotlin#147 saw it with Kimi).

What to do: send `content_block_stop` for every block.

Bad: anthropic
    drop 4

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT706", "warning", finds=missteps, apis=("anthropic_messages",), whole=True)
