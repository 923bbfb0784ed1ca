"""The stream reports an error.

What it finds: an event with an `error` object in a Gemini stream.

Why it matters: the answer is not whole. It comes with status 200 where the answer had begun.

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
    breaks="google-genai 3.4: APIError in the middle of the stream",
)
