"""A count of the prompt changes while the answer comes.

What it finds: `input_tokens`, `cache_creation_input_tokens` or `cache_read_input_tokens` in a `message_delta` that
differ from those of `message_start`, in a message in which no tool of the server can have added to the prompt. A count
that starts at 0 may be told later.

Why it matters: the SDKs replace the one by the other, other clients add them up: the bill depends on who reads it.

Bad: anthropic
    set 5 $.usage.input_tokens 300

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT720", "warning", finds=missteps, apis=("anthropic_messages",))
