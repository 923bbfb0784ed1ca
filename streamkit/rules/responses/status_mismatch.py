"""A status says something else than its event.

What it finds: `response.completed` with a response whose `status` is not `completed`, `response.created` with one that is;
the same for the other events of the response's life, also where there is no status; an item that is done and says
`in_progress`.

Why it matters: some clients go by the event, others by the status: one shows an answer, the other waits for it.

Bad: responses
    set 9 $.response.status "in_progress"

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "RSP820", "warning", finds=missteps, apis=("openai_responses",))
