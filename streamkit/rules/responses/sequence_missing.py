"""An event without `sequence_number`.

What it finds: events that lack `sequence_number`, or in which it is no integer.

Why it matters: typed clients, those in Rust first, refuse the event (sub2api#7129, OmniRoute#13964).

Bad: responses
    delete * $.sequence_number

Good: responses
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(__name__, "RSP803", "warning", finds=misfits, apis=("openai_responses",))
