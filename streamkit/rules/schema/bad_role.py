"""Invalid role.

What it finds: a `role` that is empty, or not one of `developer`, `system`, `user`, `assistant`, `tool`.

Why it matters: clients that check for the role at the end treat an empty one as missing.

What to do: send `"role":"assistant"` in the first delta of a choice.

Bad: chat
    set 1 $.choices[0].delta.role ""

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH310",
    "error",
    finds=misfits,
    apis=("cohere", "mistral_conversations", "ollama", "openai_assistants", "openai_chat"),
)
