"""A role, a status, a type or an object of a name that the API does not have.

What it finds: a word in one of the fields by which clients decide (`role`, `status`, `type`, `object`) that the API's
own types do not allow there. New types of events, items and blocks are lawful: the rules about unknown types tell of them.

Why it matters: a client that compares with the words that it knows takes none of its branches: a finished item stays
unfinished, an answer is nobody's.

Bad: anthropic
    set 1 $.message.role "robot"

Good: anthropic
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(__name__, "SCH325", "warning", finds=misfits)
