"""Stream reports an error.

What it finds: an `error` event, such as `overloaded_error`, in a response with status 200.

Why it matters: the answer is incomplete. The SDKs raise, unless the event has no `event:` line: then the partial
answer is returned as a success.

What to do: retry, or report the error to the user.

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
)
