"""Complete value differs from its deltas.

What it finds: an event at the end with the complete text, or the complete arguments of a call, that differs from the
joined deltas.

Why it matters: one of the two is wrong: clients that show the deltas and clients that take the complete value show
different answers.

What to do: build the complete value from the deltas that were sent.

Bad: tgi
    set 2 $.generated_text "Bye"

Good: tgi

Bad, in `openai_realtime`: realtime
    drop 5

Good, in `openai_realtime`: realtime
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ461", "warning", finds=missteps, whole=True)
