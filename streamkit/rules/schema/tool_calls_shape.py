"""Malformed `tool_calls`.

What it finds: a `tool_calls` that is not a list of objects, a `function` that is `null`, or an ID or name that is not
a string.

Why it matters: clients iterate over the list without checking.

What to do: leave `tool_calls` out if there are none.

Bad: chat-tools
    set 2 $.choices[0].delta.tool_calls[0].function null

Good: chat-tools
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH311",
    "error",
    finds=misfits,
    apis=("openai_chat",),
)
