"""Event without content.

What it finds: an event without candidates, feedback, error or token counts; one with only token counts before the end
of the candidates; a candidate without parts, `finishReason` or metadata; and a part without fields.

Why it matters: every event of Gemini has a candidate with some content. Without one, either content was lost or the
event belongs to another API.

What to do: forward events unchanged, and leave out empty ones.

Bad: gemini
    delete 1 $.candidates

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "GEM904", "warning", finds=missteps, apis=("gemini",))
