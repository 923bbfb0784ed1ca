"""`NaN` or `Infinity` in place of a number.

What it finds: payloads with `NaN`, `Infinity` or a number too large to be one, which JSON does not have.

Why it matters: Python's `json` reads them and JavaScript, orjson and Go do not: the stream raises in every client
that is not written in Python. Usually a log probability that came straight from the model.

Bad:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"logprobs":{"content":[{"token":"Hi","logprob":NaN,"bytes":null,"top_logprobs":[]}]},"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]
```

Good:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]
```
"""

from streamkit.rules import Rule, broken

RULE = Rule.declare(
    __name__,
    "JSN205",
    "error",
    finds=broken,
    breaks="openai-node 6.49, every client that is not written in Python: the stream raises",
)
