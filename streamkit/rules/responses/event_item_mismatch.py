"""An event that its item or its part cannot have.

What it finds: text for an item that is no message, or for a part that is no text; arguments for an item that is no
function call; and so on for each kind of event whose item is of a known type. Events other than those of text and of a
function's arguments are warnings.

Why it matters: openai-python asserts the types of items and parts of text, and the type of items of arguments; elsewhere
it passes the event on, and the item that it builds does not grow.

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
    breaks="openai-python 3.54 `.stream()`: AssertionError",
)
