"""Response field changes between events.

What it finds: a field of the response that differs from the first event that contained one, or is missing: its model,
its time, its tools and any other description of the request. Status, output, usage and other fields that depend on
progress may change.

Why it matters: clients keep the first or the last, so cost accounting by model may use the wrong one.

What to do: repeat the fields of `response.created` unchanged.

Bad: responses
    set 9 $.response.model "another"

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "RSP821", "warning", finds=missteps, apis=("openai_responses",))
