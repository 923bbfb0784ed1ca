"""`content` is not a string.

What it finds: deltas whose `content` or `refusal` is a list, an object or a number.

Why it matters: clients append it to a string. Mistral's lists of parts are shown as `[object Object]`.

What to do: send text as a string.

Bad: chat
    set 2 $.choices[0].delta.content [{"type":"text","text":"Hi"}]

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH309",
    "error",
    finds=misfits,
    apis=("openai_chat",),
)
