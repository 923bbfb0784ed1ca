"""Stream ends without a terminal event.

What it finds: a stream without `response.completed`, `response.failed`, `response.incomplete` or `error`.

Why it matters: the answer may be truncated at any point, and the final response is missing.

What to do: send a terminal event; if it is missing, treat the answer as incomplete.

Bad: responses
    drop 9

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "RSP802",
    "error",
    finds=missteps,
    apis=("openai_responses",),
    whole=True,
)
