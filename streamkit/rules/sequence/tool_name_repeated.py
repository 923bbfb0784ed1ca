r"""Repeated tool call name.

What it finds: later deltas of a tool call that contain `function.name` again.

Why it matters: openai-python and LangChain join strings, including names: there is no tool `read_fileread_file`
(hermes-agent#12230, llama.cpp#12379).

What to do: send `function.name` in the first delta of a call only.

Bad: chat-tools
    set 3 $.choices[0].delta.tool_calls[0].function {"name":"f","arguments":"{\"a\":1}"}

Good: chat-tools
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ435",
    "error",
    finds=missteps,
    apis=("openai_chat",),
)
