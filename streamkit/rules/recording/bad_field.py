"""A field of the recording is not of its type.

What it finds: a field of a recording's line that is of another type than the format has, and is read as absent.

Why it matters: the recording was written or changed by another program.

Bad: recording
    set 4 $.at "soon"

Good: recording
"""

from streamkit.rules import Rule, damage

RULE = Rule.declare(__name__, "REC007", "warning", finds=damage, plain=True)
