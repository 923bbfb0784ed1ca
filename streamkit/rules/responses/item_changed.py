"""Item changes between `added` and `done`.

What it finds: an item whose `type`, `call_id`, `name` or `role` differs between the event that adds it and the one
that completes it, and a part whose type does. A different name, role or part is a warning. A `call_id` that only the
second event has counts as a difference.

Why it matters: openai-python raises if the type or `call_id` differs. If the name of a call changes, clients that act
on the first event call another function than those that wait for the last.

What to do: send the complete identity of an item when it is added, and repeat it unchanged.

Bad: responses
    set 7 $.part {"type":"refusal","refusal":""}

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "RSP818",
    "error",
    also=("warning",),
    finds=missteps,
    apis=("openai_responses",),
    whole=True,
)
