r"""A tool call opens without a name.

What it finds: the first delta of a tool call without `function.name`.

Why it matters: trackers that open a call by its name refuse it; most clients take a name that comes later.

Bad: chat-tools
    delete 2 $.choices[0].delta.tool_calls[0].function.name
    set 3 $.choices[0].delta.tool_calls[0].function {"name":"f","arguments":"{\"a\":1}"}

Good: chat-tools
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ432", "warning", finds=missteps, apis=("openai_chat",), whole=True)
