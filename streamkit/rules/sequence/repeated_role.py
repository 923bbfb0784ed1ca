"""Repeated role.

What it finds: deltas after the first one of a choice that contain `role` again.

Why it matters: openai-python's stream helper joins strings, including the role. Fifteen of 96 recorded streams do it,
from OpenRouter, Perplexity, Z.ai, Snowflake and Novita.

What to do: send `role` in the first delta only.

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
)
