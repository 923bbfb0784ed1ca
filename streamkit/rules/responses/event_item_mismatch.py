"""Event does not fit its item or part.

What it finds: text for an item that is not a message, or for a part that is not text; arguments for an item that is
not a function call; and so on for each kind of event whose item has a known type. Events other than those of text and
of function arguments are warnings.

Why it matters: openai-python asserts the types of items and parts for text events, and the type of items for
arguments; for other events it forwards the event, but the item that it builds does not grow.

What to do: check that events carry the right `output_index` and `content_index`.

Bad: responses
    set 4 $.part {"type":"refusal","refusal":""}
    set 7 $.part {"type":"refusal","refusal":""}
    set 8 $.item.content[0] {"type":"refusal","refusal":""}
    set 9 $.response.output[0].content[0] {"type":"refusal","refusal":""}

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "RSP819",
    "error",
    also=("warning",),
    finds=missteps,
    apis=("openai_responses",),
    whole=True,
)
