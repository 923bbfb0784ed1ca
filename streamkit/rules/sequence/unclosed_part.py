"""A part is never closed.

What it finds: a content block, a tool call, a step, an entry or a message that is open at the end of the stream.
A tool call is an error.

Why it matters: a client that hands a part on when it is closed, as it does with a tool call, never hands this one on.

Bad: converse
    drop 6

Good: converse
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ453",
    "warning",
    also=("error",),
    finds=missteps,
    whole=True,
    breaks="@ai-sdk/cohere 3.0: a tool call that is never closed is lost",
)
