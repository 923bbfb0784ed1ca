r"""A tool call gives its name again.

What it finds: later deltas of a tool call that carry `function.name` once more.

Why it matters: openai-python and LangChain append strings, names too: no tool is called `read_fileread_file`
(hermes-agent#12230, llama.cpp#12379).

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
    breaks="openai-python 3.52 `.stream()`, langchain-core 1.7: name `ff`",
)
