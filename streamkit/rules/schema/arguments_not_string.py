"""Tool arguments are not a string.

What it finds: the `arguments` of a function as an object instead of a string of JSON.

Why it matters: arguments arrive in pieces that clients append. Ollama's own API has an object there, and gateways
forward it.

What to do: serialize the arguments to a string.

Bad: chat-tools
    set 2 $.choices[0].delta.tool_calls[0].function.arguments {"a":1}
    drop 3

Good: chat-tools
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH313",
    "error",
    finds=misfits,
    apis=("openai_chat",),
)
