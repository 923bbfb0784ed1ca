"""What a response repeats in each of its events changes.

What it finds: a field of the response that differs from that of the first event that brought one, or is gone: its model,
its time, its tools and whatever else it tells of the request. Status, output, usage and what else comes to be while the
response is made may change.

Why it matters: clients keep one of the two, some the first and some the last: who counts costs by model may count by the
wrong one.

Bad: responses
    set 9 $.response.model "another"

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "RSP821", "warning", finds=missteps, apis=("openai_responses",))
