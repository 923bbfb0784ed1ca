"""Stream reports an error.

What it finds: an event with an `error` object in a Gemini stream.

Why it matters: the answer is incomplete. The response has status 200 if the answer had begun.

What to do: retry, or report the error to the user.

Bad: gemini
    data 2 {"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "GEM906",
    "error",
    finds=missteps,
    apis=("gemini",),
)
