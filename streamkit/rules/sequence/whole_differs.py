"""The whole is not what the deltas give.

What it finds: an event at the end that tells a whole text, or the whole arguments of a call, and another one than the
deltas before it.

Why it matters: one of the two is wrong: a client that shows the deltas and one that takes the whole show different
answers.

Bad: tgi
    set 2 $.generated_text "Bye"

Good: tgi
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ461", "warning", finds=missteps, whole=True)
