r"""The connection broke.

What it finds: a recorded exchange whose body did not end by itself: reset, timed out, refused by the protocol.

Why it matters: the clients raise in the middle of the answer. Where the client itself left, or the recorder was
interrupted, it is for information only.

Bad:

```jsonl
{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:00:00.000000Z","source":"client","clock":"monotonic","request":null,"labels":{},"tool":"t"}
{"type":"response","at":1000,"status":200,"http":"1.1","headers":[["content-type","text/event-stream"]]}
{"type":"frame","at":2000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2001,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2002,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"}
{"type":"frame","at":2003,"text":"data: [DONE]\n\n"}
{"type":"end","at":3000,"reason":"reset"}
```

Good:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.finding import Severity
from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule(
    "SEQ424",
    "error",
    breaks="openai-python 3.52, anthropic 2.11: APIConnectionError or httpx.ReadError in the middle of the stream",
)
def check(stream: Stream) -> Iterator[Sighting]:
    """One sighting for such an exchange."""
    end = stream.exchange.end
    if end is not None and end.reason != "eof" and stream.exchange.frames:
        severity: Severity | None = "info" if end.reason in ("client_abort", "interrupted") else None
        last = len(stream.chunks) - 1 if stream.chunks else None
        yield Sighting(
            f"the body ended by {end.reason}{': ' + end.error if end.error else ''}", chunk=last, severity=severity
        )
