"""Event for a part that is not open.

What it finds: a delta or an end for a content block, tool call, step, entry or message that was never opened or is
already closed. Text in Bedrock's Converse needs no opening event. In the traces of a Bedrock agent, which clients do not
join, it is a warning.

Why it matters: a client that adds deltas to open parts has nothing to add to: it drops the content or raises.

What to do: send the opening event of a part before its deltas.

Bad: converse
    drop 4
    set 6 $.messageStop.stopReason "end_turn"

Good: converse

Bad, in `openai_realtime`: realtime
    drop 3

Good, in `openai_realtime`: realtime
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ452",
    "error",
    also=("warning",),
    finds=missteps,
    whole=True,
)
