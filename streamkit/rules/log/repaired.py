"""Log had to be repaired.

What it finds: invalid JSON in a log that the reader repaired, such as `"records": [...]`.

Why it matters: the repaired text was checked, not the one that was sent.

What to do: use the original log if you can get it.

Bad: log
    first "null}]" -> "null}],"records":[...]"

Good: log
"""

from streamkit.rules import Rule, repairs

RULE = Rule.declare(__name__, "LOG002", "warning", finds=repairs, plain=True)
