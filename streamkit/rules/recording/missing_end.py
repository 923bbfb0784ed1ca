"""Recording has no end.

What it finds: an exchange without its `end` line.

Why it matters: the recorder was killed: the rest of the stream is not known.

What to do: record again.

Bad: recording
    drop 7

Good: recording
"""

from streamkit.rules import Rule, damage

RULE = Rule.declare(__name__, "REC003", "warning", finds=damage, plain=True)
