"""A candidate goes on after its finish.

What it finds: parts of a candidate after an event with its `finishReason`.

Why it matters: clients stop at the finish. Gateways that say `STOP` in every chunk cut the answer to its first
(CLIProxyAPI#5651).

Bad:

```sse
data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]},"index":0,"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}

data: {"candidates":[{"content":{"role":"model","parts":[{"text":"!"}]},"index":0,"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}
```

Good:

```sse
data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]},"index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}

data: {"candidates":[{"content":{"role":"model","parts":[{"text":"!"}]},"index":0,"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules._rule import Sighting, missteps, rule


@rule(
    "GEM903", "error", apis=("gemini",), breaks="clients that stop at the finish (CLIProxyAPI#5651) lose what follows"
)
def check(stream: Stream) -> Iterator[Sighting]:
    """One sighting for each."""
    return missteps(stream, "parts-after-finish")
