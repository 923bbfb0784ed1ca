"""Item is never done.

What it finds: an item that was added but has no `response.output_item.done`, in a stream that ended.

Why it matters: clients that act when an item is done, such as on a function call, never act.

What to do: send `response.output_item.done` for every item.

Bad: responses
    drop 8
    set 8 $.sequence_number 7

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "RSP809", "warning", finds=missteps, apis=("openai_responses",), whole=True)
