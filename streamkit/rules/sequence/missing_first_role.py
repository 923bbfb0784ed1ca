"""A choice begins without a role.

What it finds: choices whose first delta has no `role`.

Why it matters: openai-node asks for it when the answer is put together; openai-python leaves it null.

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
    breaks="openai-node 6.49 `.stream()` throws `missing role`",
)
