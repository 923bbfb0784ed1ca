"""Unknown role, status, type or object.

What it finds: a value that the API's own types do not allow, in a field that affects how clients behave (`role`,
`status`, `type`, `object`). New types of events, items and blocks are allowed here: the rules about unknown types
report them.

Why it matters: a client that compares it with the values that it knows takes none of its branches: a finished item
stays unfinished, a message is shown to nobody.

What to do: check the spelling; otherwise update streamkit.

Bad: anthropic
    set 1 $.message.role "robot"

Good: anthropic

Bad, in `openai_realtime`: realtime
    set 9 $.item.status "done"

Good, in `openai_realtime`: realtime
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(__name__, "SCH325", "warning", finds=misfits)
