"""No event says why a candidate ended.

What it finds: a candidate without `finishReason` to the end.

Why it matters: a finished answer and one that was cut off look the same; gemini-cli discards the answer
(gemini-cli#8069).

Bad: gemini
    delete 2 $.candidates[0].finishReason

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "GEM902",
    "error",
    finds=missteps,
    apis=("gemini",),
    whole=True,
    breaks="gemini-cli 0.4: `Model stream ended without a finish reason`",
)
