"""No `finish_reason` key.

What it finds: choices without the key `finish_reason`, which the API sends as `null` until the end.

Why it matters: one provider in nine leaves it out (xAI, Z.ai, Perplexity). Most clients do not mind, but a schema
that requires it does (LibreChat#5563).

What to do: send `"finish_reason":null` in every choice until the end.

Bad: chat
    set 1 $.choices [{"index":0,"delta":{"role":"assistant","content":"Hi"}}]

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SCH308", "info", finds=missteps, apis=("openai_chat",))
