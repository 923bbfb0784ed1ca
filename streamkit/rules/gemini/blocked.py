"""Answer was blocked or is malformed.

What it finds: a `promptFeedback.blockReason`, or a `finishReason` other than `STOP` and `MAX_TOKENS`. A malformed
function call is an error.

Why it matters: there is no answer, or only part of one. Clients that only look at the text show an empty message.

What to do: show the reason to the user, or change the prompt or the safety settings.

Bad: gemini
    set 2 $.candidates[0].finishReason "SAFETY"

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "GEM907", "warning", also=("error",), finds=missteps, apis=("gemini",))
