"""Exchange was cut at the size limit.

What it finds: an exchange that is larger than 128 MiB, so that it was recorded or read in part.

Why it matters: what follows is not checked, and the end of the stream is not known.

What to do: record the exchange again, in shorter streams.

Bad: recording
    set 7 $.reason "limit"

Good: recording
"""

from streamkit.rules import Rule, damage

RULE = Rule.declare(__name__, "REC008", "warning", finds=damage, plain=True)
