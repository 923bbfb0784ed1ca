"""Parts are opened in another order than theirs.

What it finds: a content block, a tool call, a step or an entry that is opened a second time, whose index is not the next,
or that is opened while another is open.

Why it matters: clients that append parts put them in the order in which they come, and those that go by the index in
another; a delta then belongs to either.

Bad: converse
    set 4 $.contentBlockStart.contentBlockIndex 3
    set 5 $.contentBlockDelta.contentBlockIndex 3
    set 6 $.contentBlockStop.contentBlockIndex 3

Good: converse
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ454",
    "error",
    finds=missteps,
    whole=True,
    breaks="@ai-sdk/cohere 3.0: two open tool calls become one, `JSON parsing failed`; AssistantEventHandler of openai-python 3.54: IndexError",
)
