"""`system_fingerprint` changes.

What it finds: chunks whose `system_fingerprint` is not that of the chunks before.

Why it matters: the answer was made by more than one configuration, or the log was damaged.

Bad:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"system_fingerprint":"fp_1"}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}],"system_fingerprint":"fp_2"}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"system_fingerprint":"fp_2"}

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

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ406", "info", finds=missteps, apis=("openai_chat", "openai_completions"))
