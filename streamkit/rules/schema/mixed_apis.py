"""Chunks of two APIs.

What it finds: a stream in which another API recognises more than half as many of the first 32 events as the stream's own API
does, so that it is unclear which of the two it is.

Why it matters: a client of either API loses the chunks of the other. Everything else that is reported about the stream holds
only if its API is the right one.

What to do: name the API with `--api` if it was detected wrongly; if two streams were joined, separate them.

Bad:

```sse
data: One

data:  moment,

data:  please.

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]
```

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("SCH333", "warning")
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield one sighting for such a stream."""
    rival = stream.rival
    if rival is not None and rival.events * 2 > rival.recognised:
        verb = "is" if rival.events == 1 else "are"
        message = f"{rival.events} of the first {rival.sampled} events {verb} of {rival.api}, {rival.recognised} of {stream.api}"
        yield Sighting(message, chunk=rival.chunk)
