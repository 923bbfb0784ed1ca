r"""First delta of a tool call has no `type`.

What it finds: the first delta of a tool call without `"type":"function"`.

Why it matters: openai-node requires it when the answer is complete.

What to do: send `"type":"function"` in the first delta of a call.

Bad: chat-tools
    set 2 $.choices[0].delta.tool_calls [{"index":0,"id":"call_1","function":{"name":"f","arguments":"{\"a\":1}"}}]
    drop 3

Good: chat-tools
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SCH314",
    "error",
    finds=missteps,
    apis=("openai_chat",),
)
