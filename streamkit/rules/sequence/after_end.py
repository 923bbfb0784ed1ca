"""Event after the end of the message.

What it finds: events of the message after the one that ends it, and a second end. It is a warning after the marker that ends a
plain text, after the metadata of Bedrock's Converse, and after the call that a Bedrock agent leaves to the application.

Why it matters: clients stop reading there, so whatever follows is lost to them.

What to do: send the end event once, last.

Bad: converse
    repeat 7

Good: converse

Bad, in `ai_data_stream`: data-stream
    move 3 to 6

Good, in `ai_data_stream`: data-stream
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ456",
    "error",
    also=("warning",),
    finds=missteps,
)
