"""No usage.

What it finds: a chat stream without token counts.

Why it matters: they are only sent if the request sets `stream_options.include_usage`; without them, the cost can only
be estimated.

What to do: set `"stream_options":{"include_usage":true}` in the request.

Bad: chat

Good: chat-usage
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "USG501", "info", finds=missteps, apis=("openai_chat",), whole=True)
