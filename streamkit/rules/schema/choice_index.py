"""A choice has no integer `index`.

What it finds: choices without `index`, or with one that is no integer.

Why it matters: the index tells which alternative a delta belongs to; clients look it up without asking
(agentgateway#2433).

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
    breaks="openai-python 3.52: TypeError; openai-node 6.49: the content is lost",
)
