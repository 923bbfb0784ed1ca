"""The finish comes with content.

What it finds: a `finish_reason` in the same chunk as content.

Why it matters: lawful, and usual at vLLM (vllm#36944). A client that stops before it looks at the delta loses the
last words.

Bad: chat
    drop 2
    set 2 $.choices[0].delta.content "Hi"

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ413", "info", finds=missteps, apis=("openai_chat",))
