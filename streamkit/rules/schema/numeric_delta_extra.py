"""A number in a delta.

What it finds: fields of a delta that the API does not know and that are numbers, such as `token_id`.

Why it matters: openai-python adds the numbers of all deltas up: ids 10 and 20 become 30. The API's own fields are not
touched.

Bad: chat
    set 2 $.choices[0].delta.weight 10

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH316",
    "warning",
    finds=misfits,
    apis=("openai_chat",),
    breaks="openai-python 3.52 `.stream()`: the numbers are summed",
)
