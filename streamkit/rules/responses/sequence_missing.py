"""Event without `sequence_number`.

What it finds: events without `sequence_number`, or with one that is not an integer.

Why it matters: typed clients, mainly those in Rust, reject the event (sub2api#7129, OmniRoute#13964).

What to do: number all events from 0.

Bad: responses
    delete * $.sequence_number

Good: responses
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(__name__, "RSP803", "warning", finds=misfits, apis=("openai_responses",))
