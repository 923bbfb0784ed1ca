"""A field name is misspelled.

What it finds: a field that the API does not have, whose name differs from a missing field of the API only by case,
underscores or a single letter: `finishReason` in a chat chunk, `finish_reason` in a Gemini event, `contnet`.

Why it matters: clients ignore unknown fields, so the value is lost: the text, the finish reason, the token counts.

What to do: rename the field.

Bad: chat
    set 2 $.choices[0].delta {"contnet":"Hi"}

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(__name__, "SCH327", "warning", finds=misfits)
