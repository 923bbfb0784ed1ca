"""Status contradicts its event.

What it finds: `response.completed` with a response whose `status` is not `completed`, `response.created` with one
that is, and likewise for the other lifecycle events, also if there is no status; an item that is done but has status
`in_progress`, or none although it had one when it was added.

Why it matters: some clients use the event, others the status: one shows an answer, the other keeps waiting.

What to do: set the status together with the event.

Bad: responses
    set 9 $.response.status "in_progress"

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "RSP820", "warning", finds=missteps, apis=("openai_responses",))
