"""A value changes that stays the same.

What it finds: what every event of an answer repeats, the thread, the assistant, the role, the name of a call, and one
event tells otherwise. Ids and models have rules of their own.

Why it matters: which of the two holds is a matter of which event a client reads.

Bad: interactions
    set 1 $.interaction.agent "a1"
    set 6 $.interaction.agent "a2"

Good: interactions
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ460", "warning", finds=missteps)
