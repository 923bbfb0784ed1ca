"""The log leaves something out.

What it finds: places where the author of a log cut something: `...`, `# lots more here`.

Why it matters: what was cut cannot be judged: rules and figures that need a whole stream are silent, and the text has
a gap.

Bad:

```text
{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}
# ... lots more here ...
{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
[DONE]
```

Good:

```text
{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}
{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}
{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
[DONE]
```
"""

from streamkit.rules import Rule, repairs

RULE = Rule.declare(__name__, "LOG001", "warning", finds=repairs, plain=True)
