r"""Half a character: a lone surrogate escape.

What it finds: `\ud83d` without its other half in the same string.

Why it matters: a character was cut in two between chunks. Strict parsers refuse the payload; Python keeps two halves
that never become the character again, and raises when they are written (eliza#30904).

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
    breaks="openai-python 3.52, langchain-core 1.7: two lone surrogates in place of the character",
)
