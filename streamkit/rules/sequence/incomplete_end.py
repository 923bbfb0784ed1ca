"""End without its usual information.

What it finds: a stream that ends without the token counts, durations or details that this API sends with every end.
Also a thought of a Gemini interaction that ends without its signature, without which it cannot be sent back.

Why it matters: the cost of the answer is unknown; a client that reads them without checking raises.

What to do: send them with the end event.

Bad: converse
    drop 8

Good: converse
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ458",
    "warning",
    finds=missteps,
    whole=True,
)
