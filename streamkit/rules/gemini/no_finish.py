"""Candidate without a finish reason.

What it finds: a candidate without `finishReason` up to the end of the stream.

Why it matters: a complete answer cannot be distinguished from a truncated one; gemini-cli discards the answer
(gemini-cli#8069).

What to do: send a `finishReason` in the last event of every candidate.

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
)
