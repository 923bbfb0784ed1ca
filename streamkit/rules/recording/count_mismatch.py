"""Recording counts other frames or bytes than it contains.

What it finds: a recording whose `frames` or `bytes` differ from its contents.

Why it matters: lines were lost or added after it was written.

What to do: restore the original file.

Bad: recording
    set 7 $.frames 9

Good: recording
"""

from streamkit.rules import Rule, damage

RULE = Rule.declare(__name__, "REC002", "error", finds=damage, plain=True)
