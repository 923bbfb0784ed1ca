r"""A tool call opens without `type`.

What it finds: the first delta of a tool call without `"type":"function"`.

Why it matters: openai-node asks for it when the answer is put together.

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
    breaks="openai-node 6.49 throws",
)
