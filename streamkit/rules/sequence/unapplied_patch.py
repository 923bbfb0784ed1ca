"""Change of a state that does not apply.

What it finds: a JSON Patch whose place does not exist in the state that it changes, whose test fails, or that is not a
patch. What the state was before the stream is unknown, so changes are checked from the first snapshot on.

Why it matters: a client leaves the whole change out, and its state differs from the agent's from then on.

What to do: send a snapshot before changes, and make changes from the state that was sent last.

Bad:

```sse
data: {"type":"RUN_STARTED","threadId":"t","runId":"r"}

data: {"type":"STATE_SNAPSHOT","snapshot":{"steps":[]}}

data: {"type":"STATE_DELTA","delta":[{"op":"replace","path":"/steps/0","value":"search"}]}

data: {"type":"RUN_FINISHED","threadId":"t","runId":"r"}
```

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ466", "warning", finds=missteps, apis=("ag_ui",), whole=True)
