"""An event that says nothing.

What it finds: an event without candidates, feedback, error or token counts; one with token counts alone while candidates
are still to come; and a candidate with neither parts nor a `finishReason` nor metadata.

Why it matters: every event of Gemini's has a candidate with something in it. Where there is none, what it held was lost,
or the event is another API's.

Bad: gemini
    delete 1 $.candidates

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "GEM904", "warning", finds=missteps, apis=("gemini",))
