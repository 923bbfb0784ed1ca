"""Block indices do not count up from 0.

What it finds: a content block whose `index` is not the next, is used twice, or is no integer.

Why it matters: the SDKs append blocks as they come and look them up by index.

Bad: anthropic
    set 2 $.index 1
    set 3 $.index 1
    set 4 $.index 1

Good: anthropic
"""

from streamkit.rules import Rule, misfits, missteps

RULE = Rule.declare(
    __name__,
    "ANT703",
    "error",
    finds=(missteps, misfits),
    apis=("anthropic_messages",),
    whole=True,
    breaks="anthropic 2.11: IndexError, or the content is lost",
)
