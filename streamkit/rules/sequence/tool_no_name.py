r"""Tool call begins without a name.

What it finds: the first delta of a tool call without `function.name`.

Why it matters: clients that open a call by its name reject it; most accept a name that follows later.

What to do: send `function.name` in the first delta of a call.

Bad: chat-tools
    delete 2 $.choices[0].delta.tool_calls[0].function.name
    set 3 $.choices[0].delta.tool_calls[0].function {"name":"f","arguments":"{\"a\":1}"}

Good: chat-tools
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ432", "warning", finds=missteps, apis=("openai_chat",), whole=True)
