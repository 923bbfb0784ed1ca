"""An event stream under another content type.

What it finds: a body of events whose response says that it is something else than `text/event-stream`: JSON, plain text,
bytes. A response without a content type is none of them.

Why it matters: clients that hold themselves to the standard refuse it: httpx-sse raises SSEError, and a browser's
EventSource closes the connection. openai-python does not look.

Bad:

```jsonl
{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:00:00.000000Z","source":"client","clock":"monotonic","request":null,"labels":{},"tool":"t"}
{"type":"response","at":1000,"status":200,"http":"1.1","headers":[["content-type","application/json"]]}
{"type":"frame","at":2000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":3000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"}
{"type":"end","at":4000,"reason":"eof"}
```

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("SSE125", "warning", framing=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """One sighting where the content type is another."""
    said = (stream.exchange.content_type or "").partition(";")[0].strip().lower()
    if stream.framing == "sse" and said and said != "text/event-stream" and stream.chunks:
        yield Sighting(f"the content type is {said[:60]!r}, and the body is an event stream", byte=0)
