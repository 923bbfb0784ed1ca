"""Part is never closed.

What it finds: a content block, tool call, step, entry or message that is still open at the end of the stream. A tool
call is an error.

Why it matters: a client that passes a part on when it is closed, as it does with a tool call, never passes this one
on.

What to do: send the closing event of every part.

Bad: converse
    drop 6

Good: converse

Bad, in `ai_data_stream`: data-stream
    drop 5

Good, in `ai_data_stream`: data-stream

Bad, in `openai_realtime`: realtime
    drop 8

Good, in `openai_realtime`: realtime
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ453",
    "warning",
    also=("error",),
    finds=missteps,
    whole=True,
)
