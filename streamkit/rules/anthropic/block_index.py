"""Block indices do not count up from 0.

What it finds: a content block whose `index` is not the next one, is used twice, or is not an integer.

Why it matters: the SDKs append blocks as they arrive and look them up by index.

What to do: number content blocks 0, 1, 2 in the order in which they start.

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
)
