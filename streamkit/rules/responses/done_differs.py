"""`done` event differs from its deltas.

What it finds: a `done` event whose text, arguments or input differ from the joined deltas.

Why it matters: it is unknown which of the two is right. Clients that join deltas show one, clients that take the
final text show the other, and none reports it.

What to do: build the `done` event from the deltas that were sent.

Bad: responses
    set 6 $.text "Hello"

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "RSP811",
    "error",
    finds=missteps,
    apis=("openai_responses",),
    whole=True,
)
