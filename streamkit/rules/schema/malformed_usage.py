"""Token counts are missing or no integers.

What it finds: a `usage` object, or Gemini's `usageMetadata`, without `prompt_tokens`, `completion_tokens` or `total_tokens`, or in which one is no
integer.

Why it matters: what adds up costs reads the three and raises, or counts nothing.

Bad:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":null,"total_tokens":5}}

data: [DONE]
```

Good:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

data: [DONE]
```
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH323",
    "error",
    finds=misfits,
    apis=("openai_chat", "openai_completions", "gemini"),
    breaks="langchain-openai 1.7: TypeError on `null` counts",
)
