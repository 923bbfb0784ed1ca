"""`created` changes.

What it finds: chunks whose `created` is not that of the chunks before.

Why it matters: the API says that all chunks have the same; Groq, xAI and Perplexity send the time of the chunk, and
no client minds.

Bad: chat
    set 2 $.created 1760000009

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ405", "info", finds=missteps, apis=("openai_chat", "openai_completions"))
