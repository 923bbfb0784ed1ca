"""Finish reason in a chunk with content.

What it finds: a `finish_reason` in the same chunk as content.

Why it matters: this is allowed, and usual for vLLM (vllm#36944). A client that stops before it reads the delta loses
the last words.

What to do: in a client, read the delta before the finish reason.

Bad: chat
    drop 2
    set 2 $.choices[0].delta.content "Hi"

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ413", "info", finds=missteps, apis=("openai_chat",))
