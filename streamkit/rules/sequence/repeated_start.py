"""The message starts twice.

What it finds: a second event that opens the message, or one after its end.

Why it matters: a client that makes its message there begins again, and what came before is lost.

Bad: converse
    repeat 1

Good: converse
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ451", "warning", finds=missteps)
