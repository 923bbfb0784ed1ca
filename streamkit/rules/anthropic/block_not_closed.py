"""A block never stops.

What it finds: a content block without its `content_block_stop`.

Why it matters: clients that act on a block when it stops, as on a tool call, never do (cc-switch#2303 hangs;
anthropic-sdk-kotlin#147 met it at Kimi).

Bad: anthropic
    drop 4

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT706", "warning", finds=missteps, apis=("anthropic_messages",), whole=True)
