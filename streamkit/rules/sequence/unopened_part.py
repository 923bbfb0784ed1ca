"""An event for a part that is not open.

What it finds: a delta or an end for a content block, a tool call, a step, an entry or a message that was never opened, or
that was closed before. A text of Bedrock's Converse needs no event that opens it. In the traces of a Bedrock agent, which no
client puts together, it is a warning.

Why it matters: a client that adds deltas to open parts has none to add to: the content is dropped, or it raises.

Bad: converse
    drop 4
    set 6 $.messageStop.stopReason "end_turn"

Good: converse
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ452",
    "error",
    also=("warning",),
    finds=missteps,
    whole=True,
    breaks="@ai-sdk/cohere 3.0: `text part 0 not found`, and a tool call is lost; AssistantEventHandler of openai-python 3.54: RuntimeError, no previous snapshot",
)
