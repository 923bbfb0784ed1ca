"""Usage comes with content.

What it finds: a chunk that carries `usage` and text.

Why it matters: lawful where a provider says so; the API's own streams send it in a chunk of its own, without choices.

Bad: chat-usage
    drop 3
    drop 2
    set 2 $.choices [{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]

Good: chat-usage
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "USG506", "info", finds=missteps, apis=("openai_chat",))
