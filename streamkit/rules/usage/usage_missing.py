"""No usage.

What it finds: a chat stream without token counts.

Why it matters: they come only where the request asks with `stream_options.include_usage`; without them, cost can only
be estimated.

Bad: chat

Good: chat-usage
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "USG501", "info", finds=missteps, apis=("openai_chat",), whole=True)
