"""Number in a delta.

What it finds: numeric fields of a delta that the API does not have, such as `token_id`.

Why it matters: openai-python adds the numbers of all deltas: IDs 10 and 20 become 30. The API's own fields are not
affected.

What to do: send such values as strings, or outside the delta.

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
)
