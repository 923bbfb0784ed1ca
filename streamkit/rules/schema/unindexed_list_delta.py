"""List in a delta whose entries have no `index`.

What it finds: lists other than `tool_calls` in a delta, such as `annotations` or `reasoning_details`, whose entries
are objects without an integer `index`.

Why it matters: openai-python joins every list of objects by `index` and raises if there is none.

What to do: add an `index` to the entries.

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
)
