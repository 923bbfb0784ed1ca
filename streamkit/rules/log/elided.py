"""The log leaves something out.

What it finds: places where the author of a log cut something: `...`, `# lots more here`.

Why it matters: what was cut cannot be judged: rules and figures that need a whole stream are silent, and the text has
a gap.

Bad: log
    data 2 # ... lots more here ...

Good: log
"""

from streamkit.rules import Rule, repairs

RULE = Rule.declare(__name__, "LOG001", "warning", finds=repairs, plain=True)
