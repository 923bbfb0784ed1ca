"""Required field is missing.

What it finds: chunks without a field that their API requires. In chat, a missing `id`, `created` or `model` is a
warning.

Why it matters: openai-python's stream helper ignores every chunk without `object`, and iterates over `choices`
without checking. Typed clients (Go, Rust, Vercel) reject the chunk whichever field is missing.

What to do: send all required fields in every chunk.

Bad: chat
    delete 2 $.object

Good: chat

Bad, in `ai_data_stream`: data-stream
    data 4 9:{"toolCallId":"c1","args":{"city":"Bern"}}

Good, in `ai_data_stream`: data-stream

Bad, in `openai_realtime`: realtime
    delete 5 $.item_id

Good, in `openai_realtime`: realtime
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH301",
    "error",
    also=("warning",),
    finds=misfits,
)
