"""Field has the wrong type.

What it finds: fields whose JSON type differs from the API's: `created` as a string, `id` as a number. An integer
written as `1.0` does not count as one. In a field that clients only pass on, it is a warning.

Why it matters: typed clients reject the whole chunk; others carry the wrong type along.

What to do: send the type that the API documents.

Bad: chat
    set 2 $.created "1760000000"

Good: chat

Bad, in `ai_data_stream`: data-stream
    data 2 0:{"text":"It rains"}

Good, in `ai_data_stream`: data-stream

Bad, in `openai_realtime`: realtime
    set 6 $.event_id 6

Good, in `openai_realtime`: realtime
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH302",
    "error",
    also=("warning",),
    finds=misfits,
)
