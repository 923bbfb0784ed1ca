"""A `done` event says other text than its deltas.

What it finds: a `done` event whose text, arguments or input is not what its deltas gave.

Why it matters: which of the two is right nobody can tell: clients that add up show one, clients that take the whole
show the other, and none says a word.

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
    breaks="openai-python 3.52: the text that was streamed and the final text differ, without a word",
)
