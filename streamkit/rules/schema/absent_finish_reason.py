"""The key `finish_reason` is not there.

What it finds: choices without the key `finish_reason`, where the API has it with `null` until the end.

Why it matters: one provider in nine leaves it out (xAI, Z.ai, Perplexity), and most clients do not mind; a schema
that requires it does (LibreChat#5563).

Bad: chat
    set 1 $.choices [{"index":0,"delta":{"role":"assistant","content":"Hi"}}]

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SCH308", "info", finds=missteps, apis=("openai_chat",))
