"""A list in a delta whose entries have no `index`.

What it finds: lists other than `tool_calls` in a delta, such as `annotations` or `reasoning_details`, whose entries
are objects without an integer `index`.

Why it matters: openai-python puts every list of objects together by `index` and raises where there is none.

Bad: chat
    set 2 $.choices[0].delta.annotations [{"type":"url_citation"}]

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH315",
    "error",
    finds=misfits,
    apis=("openai_chat",),
    breaks="openai-python 3.52 `.stream()`: RuntimeError `Expected list delta entry to have an index`",
)
