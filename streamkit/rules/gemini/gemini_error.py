"""The stream reports an error.

What it finds: an event with an `error` object in a Gemini stream.

Why it matters: the answer is not whole. It comes with status 200 where the answer had begun.

Bad:

```sse
data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]},"index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}

data: {"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}
```

Good:

```sse
data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]},"index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}

data: {"candidates":[{"content":{"role":"model","parts":[{"text":"!"}]},"index":0,"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}
```
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "GEM906",
    "error",
    finds=missteps,
    apis=("gemini",),
    breaks="google-genai 3.4: APIError in the middle of the stream",
)
