"""Constant value changes.

What it finds: a value that every event of an answer repeats (the thread, the assistant, the role, the name of a call)
and that differs in one event. IDs and models have rules of their own. The subagent of a message or call in AG-UI is an error.

Why it matters: which of the two counts depends on the event that a client reads.

What to do: repeat the value unchanged.

Bad: interactions
    set 1 $.interaction.agent "a1"
    set 6 $.interaction.agent "a2"

Good: interactions

Bad, in `openai_realtime`: realtime
    set 3 $.item.id "i2"

Good, in `openai_realtime`: realtime
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ460", "warning", also=("error",), finds=missteps)
