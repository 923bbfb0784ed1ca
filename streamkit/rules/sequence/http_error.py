r"""HTTP error.

What it finds: an exchange that was answered with status 400 or higher, or not at all.

Why it matters: there is no stream to check. The finding keeps a check of recordings from passing on it.

What to do: fix the request, or record again.

Bad:

```jsonl
{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:00:00.000000Z","source":"client","clock":"monotonic","request":null,"labels":{},"tool":"t"}
{"type":"response","at":1000,"status":429,"http":"1.1","headers":[["content-type","application/json"],["retry-after","5"]]}
{"type":"frame","at":2000,"text":"{\"error\":{\"message\":\"slow down\"}}"}
{"type":"end","at":3000,"reason":"eof"}
```

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("SEQ422", "warning", plain=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield one sighting for such an exchange."""
    exchange = stream.exchange
    if exchange.response is not None and exchange.response.status >= 400:
        yield Sighting(f"the response has status {exchange.response.status}", byte=0 if exchange.frames else None)
    elif (
        exchange.response is None and exchange.end is not None and exchange.end.reason != "eof" and not exchange.frames
    ):
        yield Sighting(f"no response: {exchange.end.reason}", line=exchange.origin.line)
