"""Empty finish reason.

What it finds: a `finish_reason` of `""`, or of the text `"null"`, in place of `null`.

Why it matters: clients that compare with null take the first chunk for the last: sglang#3912, axonhub#2073,
opencrabs#1499, AIShell#350.

What to do: send `null` until the end.

Bad: chat
    set 2 $.choices[0].finish_reason ""

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH307",
    "error",
    finds=misfits,
    apis=("openai_chat", "openai_completions"),
)
