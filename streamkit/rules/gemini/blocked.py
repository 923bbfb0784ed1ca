"""The answer was blocked or is malformed.

What it finds: a `promptFeedback.blockReason`, or a `finishReason` other than `STOP` and `MAX_TOKENS`. A malformed
function call is an error.

Why it matters: there is no answer, or half of one. Clients that only look at the text show an empty message.

Bad:

```sse
data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]},"index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}

data: {"candidates":[{"content":{"role":"model","parts":[{"text":"!"}]},"index":0,"finishReason":"SAFETY"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}
```

Good:

```sse
data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]},"index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}

data: {"candidates":[{"content":{"role":"model","parts":[{"text":"!"}]},"index":0,"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}
```
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "GEM907", "warning", finds=missteps, apis=("gemini",))
