"""Incomplete `message_start`.

What it finds: a `message_start` whose message has no `content` list, `usage` or `role`.

Why it matters: the SDKs append blocks to `content` and update `usage` without checking that they are there
(cc-switch-cli#320, cc-switch#7396).

What to do: send `role`, an empty `content` list and `usage` in `message_start`.

Bad: anthropic
    set 1 $.message {"id":"msg_1","type":"message","role":"assistant","model":"claude","stop_reason":null,"stop_sequence":null}

Good: anthropic
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "ANT702",
    "error",
    finds=misfits,
    apis=("anthropic_messages",),
)
