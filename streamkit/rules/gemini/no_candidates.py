"""No event has a candidate.

What it finds: a Gemini stream without a candidate in any event, whose prompt was not blocked.

Why it matters: the answer is empty for no stated reason: gemini-cli reports an invalid stream (gemini-cli#8069).

What to do: retry; a server should send a candidate with a `finishReason`.

Bad:

```sse
data: {"usageMetadata":{"promptTokenCount":3,"totalTokenCount":3},"modelVersion":"gemini","responseId":"r1"}
```

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "GEM901",
    "error",
    finds=missteps,
    apis=("gemini",),
    whole=True,
)
