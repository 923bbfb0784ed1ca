"""A field has a value of another type.

What it finds: fields whose JSON type is not that of the API: `created` as a string, `id` as a number. A whole number
written `1.0` is no integer here.

Why it matters: typed clients refuse the whole chunk; others carry the wrong type on.

Bad: chat
    set 2 $.created "1760000000"

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH302",
    "error",
    finds=misfits,
    breaks="Vercel AI SDK 6.0 rejects every chunk whose `created` is a string, litellm 1.106 raises on a fraction",
)
