"""Parts opened out of order.

What it finds: a content block, tool call, step or entry that is opened a second time, whose index is not the next, or
that is opened while another is open. In an AI SDK UI stream, whose parts may overlap, only the first of these, as a
warning.

Why it matters: clients that append parts order them by arrival, those that go by index order them differently; a
delta may belong to either.

What to do: number parts from 0, and close each before the next is opened.

Bad: converse
    set 4 $.contentBlockStart.contentBlockIndex 3
    set 5 $.contentBlockDelta.contentBlockIndex 3
    set 6 $.contentBlockStop.contentBlockIndex 3

Good: converse

Bad, in `ai_data_stream`: data-stream
    repeat 4

Good, in `ai_data_stream`: data-stream
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ454",
    "error",
    also=("warning",),
    finds=missteps,
    whole=True,
)
