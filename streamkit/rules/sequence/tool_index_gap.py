r"""Tool call indices do not count up from 0.

What it finds: a tool call whose `index` is not the next one of its choice.

Why it matters: clients append calls as they arrive and look them up by index.

What to do: number the calls of a choice 0, 1, 2.

Bad: chat-tools
    drop 2
    set 2 $.choices[0].delta.tool_calls [{"index":1,"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]

Good: chat-tools
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ430",
    "error",
    finds=missteps,
    apis=("openai_chat",),
    whole=True,
)
