"""`message_delta` without token counts.

What it finds: a `message_delta` without `usage`, or whose `usage` has no `output_tokens`.

Why it matters: the SDKs read the output tokens without checking that they are there.

What to do: send `"usage":{"output_tokens":N}` with `message_delta`.

Bad: anthropic
    delete 5 $.usage

Good: anthropic
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(__name__, "ANT712", "error", finds=misfits, apis=("anthropic_messages",))
