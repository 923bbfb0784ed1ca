"""`NaN` or `Infinity` in place of a number.

What it finds: payloads with `NaN`, `Infinity` or a number outside the range of a double. JSON has none of these.

Why it matters: Python's `json` accepts them, but JavaScript, orjson and Go do not: the stream raises in every client
that is not written in Python. Usually it is a log probability straight from the model.

What to do: send `null` instead.

Bad: chat
    set 2 $.choices [{"index":0,"logprobs":{"content":[{"token":"Hi","logprob":NaN,"bytes":null,"top_logprobs":[]}]},"delta":{"content":"Hi"},"finish_reason":null}]

Good: chat
"""

from streamkit.rules import Rule, broken

RULE = Rule.declare(
    __name__,
    "JSN205",
    "error",
    finds=broken,
)
