"""Same delta twice in a row.

What it finds: two consecutive events that are equal in everything, with a text of several words; for Gemini, whose
token counts grow with every event, with any text.

Why it matters: a retry or a faulty proxy sent it twice, and every client shows it twice.

What to do: find the component that resends events.

Bad: anthropic
    set 3 $.delta.text "the quick brown fox jumps"
    repeat 3

Good: anthropic

Bad, in `ai_data_stream`: data-stream
    data 2 0:"the quick brown fox jumps"
    repeat 2

Good, in `ai_data_stream`: data-stream
"""

from streamkit.rules import Rule, missteps
from streamkit.rules._apis import APPENDED_DELTAS

RULE = Rule.declare(__name__, "SEQ438", "warning", finds=missteps, apis=APPENDED_DELTAS)
