"""Delta does not fit its part.

What it finds: text in the block of a tool call, arguments in a text, a thought in a model's output. In LangServe, as a
warning, a piece of the output that cannot be added to those before.

Why it matters: clients add a delta to the part that it names: the content is dropped, or ends up in the wrong place.

What to do: open a part of the right type for each kind of delta.

Bad: converse
    set 5 $.contentBlockDelta.delta {"text":"Hi"}

Good: converse
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ455",
    "error",
    also=("warning",),
    finds=missteps,
)
