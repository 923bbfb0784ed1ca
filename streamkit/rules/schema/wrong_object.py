"""`object` is not `chat.completion.chunk`.

What it finds: chunks whose `object` is another word, such as `chat.completion`, or empty.

Why it matters: openai-python's stream helper tells chunks by this word and drops all others: the answer is empty, and
its end an AssertionError.

Bad:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

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

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH303",
    "error",
    finds=misfits,
    apis=("openai_chat", "openai_completions"),
    breaks="openai-python 3.52 `.stream()`: the chunk is dropped",
)
