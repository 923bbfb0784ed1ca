"""Choice without a `delta` object.

What it finds: choices whose `delta` is missing, `null` or not an object.

Why it matters: clients read `choice.delta.content` without checking that there is a delta.

What to do: send `"delta":{}` if there is nothing to add.

Bad: chat
    set 2 $.choices[0].delta null

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(__name__, "SCH305", "error", finds=misfits, apis=("openai_chat",))
