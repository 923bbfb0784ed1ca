"""Text for a part that was never added.

What it finds: `response.output_text`, `response.refusal` or `response.content_part.done` events without the
`response.content_part.added` of their part.

Why it matters: the SDK looks the part up by its index.

What to do: send `response.content_part.added` before the first delta of a part.

Bad: responses
    drop 4
    set 4 $.sequence_number 3
    set 5 $.sequence_number 4
    drop 6
    set 6 $.sequence_number 5
    set 7 $.sequence_number 6

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "RSP810",
    "error",
    finds=missteps,
    apis=("openai_responses",),
    whole=True,
)
