r"""Tool call without an integer `index`.

What it finds: entries of `tool_calls` without `index`, or with one that is not an integer.

Why it matters: the pieces of a call are joined by it and by nothing else: openai-python#2806, mistral.rs#1507,
AstrBot#6692, grok2api#239.

What to do: send the index of the call with every piece.

Bad: chat-tools
    set 2 $.choices[0].delta.tool_calls [{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]
    drop 3

Good: chat-tools
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH312",
    "error",
    finds=misfits,
    apis=("openai_chat",),
)
