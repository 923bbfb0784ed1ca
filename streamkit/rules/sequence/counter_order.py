"""A number or a time that does not go on.

What it finds: an index, an id or a time of creation that goes back, comes twice or leaves some out, where each chunk has
the next.

Why it matters: a chunk was lost, doubled or moved, and the text with it.

Bad: tgi
    set 2 $.index 5

Good: tgi
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ462", "warning", finds=missteps, whole=True)
