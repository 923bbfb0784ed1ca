"""Part of a token count exceeds the whole.

What it finds: more cached tokens than prompt tokens, more reasoning tokens than completion tokens, or any other part
of a count that exceeds the count.

Why it matters: code that subtracts the part from the whole, to get the tokens at full price or the visible ones, gets
a negative number.

What to do: include the parts in the count.

Bad: chat-usage
    set 4 $.usage.prompt_tokens_details {"cached_tokens":30}

Good: chat-usage
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "USG508", "warning", finds=missteps)
