"""Usage in a chunk with content.

What it finds: a chunk with both `usage` and text.

Why it matters: this is allowed if the provider documents it; the API itself sends usage in a separate chunk without
choices.

What to do: nothing, unless your client reads usage from chunks without choices only.

Bad: chat-usage
    drop 3
    drop 2
    set 2 $.choices [{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]

Good: chat-usage
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "USG506", "info", finds=missteps, apis=("openai_chat",))
