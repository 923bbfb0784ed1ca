"""Unknown event.

What it finds: an event whose type or name the API does not have. In an AI SDK UI stream, it is an error.

Why it matters: clients ignore it together with its content, and those that know every type reject it. It may be new,
or belong to another API.

What to do: check the spelling; otherwise update streamkit.

Bad: converse
    insert 3 {"type":"ping"}

Good: converse

Bad, in `ai_data_stream`: data-stream
    data 2 x:"It rains"

Good, in `ai_data_stream`: data-stream

Bad, in `openai_realtime`: realtime
    set 1 $.type "session.opened"

Good, in `openai_realtime`: realtime
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ457",
    "warning",
    also=("error",),
    finds=missteps,
)
