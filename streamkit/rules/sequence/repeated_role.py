"""The role comes again.

What it finds: deltas after a choice's first that carry `role` once more.

Why it matters: openai-python's stream helper appends strings, the role too. Fifteen of 96 recorded streams do it,
those of OpenRouter, Perplexity, Z.ai, Snowflake and Novita.

Bad: chat
    set 2 $.choices[0].delta {"role":"assistant","content":"Hi"}

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ402",
    "error",
    finds=missteps,
    apis=("openai_chat",),
    breaks="openai-python 3.52 `.stream()`: role `assistantassistant`",
)
