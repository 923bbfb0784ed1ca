"""Choice without an integer `index`.

What it finds: choices without `index`, or with one that is not an integer.

Why it matters: the index identifies the choice of a delta; clients use it without checking (agentgateway#2433).

What to do: send `"index":0` with the only choice, and its number with each of several.

Bad: chat
    delete 2 $.choices[0].index

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH304",
    "error",
    finds=misfits,
    apis=("openai_chat", "openai_completions"),
)
