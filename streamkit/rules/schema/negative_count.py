"""A count is negative.

What it finds: counts of tokens, and of what else is counted, that are less than 0.

Why it matters: no client refuses one; what adds up costs takes it off the bill.

Bad: chat-usage
    set 4 $.usage.completion_tokens -2
    set 4 $.usage.total_tokens 1

Good: chat-usage
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(__name__, "SCH324", "warning", finds=misfits)
