"""Field of the recording has the wrong type.

What it finds: a field in a line of the recording whose type differs from the format's; it is read as absent.

Why it matters: the recording was written or changed by another program.

What to do: record again, or fix the program that wrote it.

Bad: recording
    set 4 $.at "soon"

Good: recording
"""

from streamkit.rules import Rule, damage

RULE = Rule.declare(__name__, "REC007", "warning", finds=damage, plain=True)
