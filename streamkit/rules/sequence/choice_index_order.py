"""Choices do not begin in order.

What it finds: a choice whose first chunk precedes that of the choice with the next lower index.

Why it matters: clients append choices as they arrive and look them up by index (litellm#3276).

What to do: send the first chunks of choices in the order of their indices.

Bad: chat
    insert 1 {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":1,"delta":{"role":"assistant","content":"A"},"finish_reason":null}]}
    set 2 $.choices[0].delta.content "B"
    set 3 $.choices [{"index":1,"delta":{},"finish_reason":"stop"}]

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ415",
    "error",
    finds=missteps,
    apis=("openai_chat",),
    whole=True,
)
