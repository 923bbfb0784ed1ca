"""A part of a token count is more than the whole.

What it finds: cached tokens that are more than the tokens of the prompt, reasoning tokens that are more than those of
the answer, and every other part of a count that is more than the count.

Why it matters: who takes the part from the whole, to tell what was charged in full or what was shown, gets less than
nothing.

Bad: chat-usage
    set 4 $.usage.prompt_tokens_details {"cached_tokens":30}

Good: chat-usage
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "USG508", "warning", finds=missteps)
