"""`tool_calls` has the wrong shape.

What it finds: a `tool_calls` that is no list of objects, a `function` that is `null`, an id or a name that is no
string.

Why it matters: clients walk the list without asking.

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
    breaks="openai-python 3.52: AssertionError; langchain-core 1.7: AttributeError",
)
