"""An item is another than the one that was added.

What it finds: an item whose `type`, `call_id`, `name` or `role` differs between the event that adds it and the one that
tells that it is done, and a part whose type does. A name, a role or a part that differs is a warning. `call_id` that comes with the second alone is such a difference.

Why it matters: openai-python raises where type or `call_id` differ; a call whose name changes is another call for
clients that act on the first event than for those that wait for the last.

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
    breaks="openai-python 3.54 `.stream()`: RuntimeError: Completed output item identity changed.",
)
