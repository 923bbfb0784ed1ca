r"""Tool call begins without an ID.

What it finds: the first delta of a tool call whose `id` is missing or empty.

Why it matters: the result of the call is returned under its ID. Without one, litellm drops the call
(lmstudio-bug-tracker#830).

What to do: send a unique `id` in the first delta of a call.

Bad: chat-tools
    set 2 $.choices[0].delta.tool_calls [{"index":0,"type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]
    drop 3

Good: chat-tools
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ431",
    "error",
    finds=missteps,
    apis=("openai_chat",),
    whole=True,
)
