"""Candidate continues after its finish.

What it finds: parts of a candidate after an event with its `finishReason`.

Why it matters: clients stop at the finish. Gateways that send `STOP` in every chunk truncate the answer to its first
chunk (CLIProxyAPI#5651). Gemini 1.5 itself did so in 2024: if the later event has `STOP` too, it is for information.

What to do: send `finishReason` in the last event only.

Bad: gemini
    set 1 $.candidates[0].finishReason "STOP"

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "GEM903",
    "error",
    also=("info",),
    finds=missteps,
    apis=("gemini",),
)
