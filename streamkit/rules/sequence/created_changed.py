"""`created` changes.

What it finds: chunks whose `created` differs from that of the chunks before.

Why it matters: the API documents the same time for all chunks; Groq, xAI and Perplexity send the time of each chunk,
and no client minds. `SEQ462` finds a time that decreases.

What to do: nothing; a server should repeat the first value.

Bad: chat
    set 2 $.created 1760000001
    set 3 $.created 1760000002

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ405", "info", finds=missteps, apis=("openai_chat", "openai_completions"))
