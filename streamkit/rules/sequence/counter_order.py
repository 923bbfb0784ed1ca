"""Counter or timestamp out of order.

What it finds: an index, an ID or a creation time that decreases, repeats or leaves a gap, where each chunk should
have the next; in chat, a `created` that is earlier than in the chunk before.

Why it matters: a chunk was lost, duplicated or moved, and its text with it.

What to do: find the component that reorders or drops chunks.

Bad: tgi
    set 2 $.index 5

Good: tgi
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ462", "warning", finds=missteps, whole=True)
