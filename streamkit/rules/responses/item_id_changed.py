"""Item ID changes.

What it finds: an event whose `item_id`, or whose item's `id`, is not the ID with which the item was added. If only one
of the two has an ID, it is a warning.

Why it matters: GitHub Copilot changes them: what is stored under one ID is not found under the next.

What to do: keep the ID of an item in all of its events.

Bad: responses
    set 8 $.item.id "msg_2"
    set 9 $.response.output[0].id "msg_2"

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "RSP808",
    "error",
    also=("warning",),
    finds=missteps,
    apis=("openai_responses",),
)
