"""Duplicate tool call ID.

What it finds: a tool call with the ID of another call in the same answer.

Why it matters: results are returned under these IDs: it is unknown to which call a result belongs, and APIs reject
the request.

What to do: send a unique ID with every call.

Bad: converse
    insert 7 {"contentBlockStart":{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}}
    insert 8 {"contentBlockStop":{"contentBlockIndex":2}}

Good: converse
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ463", "warning", finds=missteps)
