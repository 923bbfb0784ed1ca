r"""Lone surrogate escape.

What it finds: `\ud83d` without its other half in the same string.

Why it matters: a character was divided between two chunks. Strict parsers reject the payload; Python keeps two halves
that never become the character again, and raises when they are encoded (eliza#30904).

What to do: hold back an incomplete character until it is complete.

Bad: chat
    first "Hi" -> "\\ud83d"

Good: chat
"""

from streamkit.rules import Rule, broken

RULE = Rule.declare(
    __name__,
    "JSN206",
    "error",
    finds=broken,
)
