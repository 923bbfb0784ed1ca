"""Choice begins without a role.

What it finds: choices whose first delta has no `role`.

Why it matters: openai-node requires it when the answer is complete; openai-python leaves it null.

What to do: send `"role":"assistant"` in the first delta of a choice.

Bad: chat
    drop 1

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ401",
    "error",
    finds=missteps,
    apis=("openai_chat",),
    whole=True,
)
