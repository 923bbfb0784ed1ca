"""`message_start` carries half a message.

What it finds: a `message_start` whose message has no `content` list, no `usage` or no `role`.

Why it matters: the SDKs append blocks to `content` and add to `usage` without asking whether they are there
(cc-switch-cli#320, cc-switch#7396).

Bad: anthropic
    set 1 $.message {"id":"msg_1","type":"message","role":"assistant","model":"claude"}

Good: anthropic
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "ANT702",
    "error",
    finds=misfits,
    apis=("anthropic_messages",),
    breaks="anthropic 2.11: AttributeError; the TypeScript SDK throws `reading 'push'`",
)
