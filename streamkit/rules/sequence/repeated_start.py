"""Message starts twice.

What it finds: a second event that opens the message, or one after its end. In AG-UI, where it opens a run, it is an error, and so is
a second task in a stream of A2A 0.3, on which a2a-sdk 0.3 raises.

Why it matters: a client that creates its message there starts over, and everything before it is lost.

What to do: send the opening event once.

Bad: converse
    repeat 1

Good: converse

Bad, in `a2a`: a2a-v03
    repeat 1

Good, in `a2a`: a2a-v03
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ451", "warning", also=("error",), finds=missteps)
