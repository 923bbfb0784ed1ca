"""Prompt token count changes.

What it finds: `input_tokens`, `cache_creation_input_tokens` or `cache_read_input_tokens` in a `message_delta` that
differ from those of `message_start`, in a message in which no server tool can have added to the prompt. A count of 0
in `message_start` may be replaced later.

Why it matters: the SDKs replace the first count, other clients add the two, so the cost depends on the client.

What to do: send the same counts in both events, or leave them out of `message_delta`.

Bad: anthropic
    set 5 $.usage.input_tokens 300

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT720", "warning", finds=missteps, apis=("anthropic_messages",))
