"""`NaN` or `Infinity` in place of a number.

What it finds: payloads with `NaN`, `Infinity` or a number too large to be one, which JSON does not have.

Why it matters: Python's `json` reads them and JavaScript, orjson and Go do not: the stream raises in every client
that is not written in Python. Usually a log probability that came straight from the model.

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
    breaks="openai-node 6.49, every client that is not written in Python: the stream raises",
)
