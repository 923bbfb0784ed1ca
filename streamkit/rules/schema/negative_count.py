"""Negative count.

What it finds: counts of tokens, or of anything else, that are less than 0.

Why it matters: no client rejects it; cost accounting subtracts it.

What to do: fix the counter, or leave the count out.

Bad: chat-usage
    set 4 $.usage.completion_tokens -2
    set 4 $.usage.total_tokens 1

Good: chat-usage
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(__name__, "SCH324", "warning", finds=misfits)
