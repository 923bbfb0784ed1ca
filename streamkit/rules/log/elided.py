"""Part of the log was left out.

What it finds: places where the author of a log left something out: `...`, `# lots more here`.

Why it matters: what is missing cannot be checked: rules and metrics that need a complete stream do not apply, and the
text has a gap.

What to do: use the complete log if you can get it.

Bad: log
    data 2 # ... lots more here ...

Good: log
"""

from streamkit.rules import Rule, repairs

RULE = Rule.declare(__name__, "LOG001", "warning", finds=repairs, plain=True)
