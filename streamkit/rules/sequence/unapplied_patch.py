"""Change of a state that does not apply.

What it finds: a JSON Patch whose place does not exist in the state that it changes, whose test fails, or that is not a
patch. What the state was before the stream is unknown, so changes are checked from the first snapshot on.

Why it matters: a client leaves the whole change out, and its state differs from the agent's from then on.

What to do: send a snapshot before changes, and make changes from the state that was sent last.

Bad: ag-ui
    set 3 $.delta[0] {"op":"replace","path":"/steps/0","value":"search"}

Good: ag-ui
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ466", "warning", finds=missteps, apis=("ag_ui",), whole=True)
