"""The log had to be mended to be read.

What it finds: documents in a log that are no valid JSON and that the reader mended, such as `"records": [...]`.

Why it matters: what was judged is the mended text, not what was sent.

Bad: log
    first "null}]" -> "null}],"records":[...]"

Good: log
"""

from streamkit.rules import Rule, repairs

RULE = Rule.declare(__name__, "LOG002", "warning", finds=repairs, plain=True)
