"""A choice has no `delta` object.

What it finds: choices whose `delta` is missing, `null` or no object.

Why it matters: clients read `choice.delta.content` without asking whether there is a delta.

Bad: chat
    set 2 $.choices[0].delta null

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__, "SCH305", "error", finds=misfits, apis=("openai_chat",), breaks="openai-python 3.52: AttributeError"
)
