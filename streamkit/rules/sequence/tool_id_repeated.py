r"""Repeated tool call ID.

What it finds: later deltas of a tool call that contain the same `id` again.

Why it matters: openai-python's stream helper joins strings, including IDs (SillyTavern#5948).

What to do: send `id` in the first delta of a call only.

Bad: chat-tools
    set 3 $.choices[0].delta.tool_calls [{"index":0,"id":"call_1","function":{"arguments":"{\"a\":1}"}}]

Good: chat-tools
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ433",
    "error",
    finds=missteps,
    apis=("openai_chat",),
)
