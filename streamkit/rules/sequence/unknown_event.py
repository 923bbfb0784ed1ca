"""An event that is in no table.

What it finds: an event whose type, or whose name, is none of the API's.

Why it matters: clients pass over it with whatever it holds, and those that know every type refuse it. It may be new, or
another API's.

Bad: converse
    insert 3 {"type":"ping"}

Good: converse
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ457",
    "warning",
    finds=missteps,
    breaks="@ai-sdk/cohere 3.0: `Type validation failed`",
)
