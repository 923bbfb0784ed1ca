"""The stream reports an error.

What it finds: an `error` event, such as `overloaded_error`, in an answer of status 200.

Why it matters: the answer is not whole. The SDKs raise, unless the event has no `event:` line: then what came so far
is returned as a success.

Bad: anthropic
    name 4 error
    data 4 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}
    drop 6
    drop 5

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "ANT713",
    "error",
    finds=missteps,
    apis=("anthropic_messages",),
    breaks="anthropic 2.11: APIStatusError; without an `event:` line a message that was cut off is returned as a success",
)
