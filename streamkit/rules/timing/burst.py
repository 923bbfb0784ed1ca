r"""Nearly all chunks arrived at once.

What it finds: a stream of ten chunks or more, over 80 % of which arrived within 1 % of its total time.

Why it matters: a proxy buffered the stream and released it at the end, so nothing was streamed: the time to first
token is that of the whole response (c8s#140, koboldcpp#1168).

What to do: turn off response buffering and compression in proxies, such as `proxy_buffering` in nginx.

Bad:

```jsonl
{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:00:00.000000Z","source":"client","clock":"monotonic","request":null,"labels":{},"tool":"t"}
{"type":"response","at":1000,"status":200,"http":"1.1","headers":[["content-type","text/event-stream"]]}
{"type":"frame","at":5000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2000000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w0 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2000000001,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w1 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2000000002,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w2 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2000000003,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w3 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2000000004,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w4 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2000000005,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w5 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2000000006,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w6 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2000000007,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w7 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2000000008,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w8 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2000000009,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w9 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":2000000010,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"}
{"type":"frame","at":2000000011,"text":"data: [DONE]\n\n"}
{"type":"end","at":2000001011,"reason":"eof"}
```

Good:

```jsonl
{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:00:00.000000Z","source":"client","clock":"monotonic","request":null,"labels":{},"tool":"t"}
{"type":"response","at":1000,"status":200,"http":"1.1","headers":[["content-type","text/event-stream"]]}
{"type":"frame","at":5000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":25000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w0 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":45000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w1 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":65000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w2 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":85000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w3 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":105000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w4 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":125000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w5 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":145000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w6 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":165000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w7 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":185000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w8 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":205000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w9 \"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":225000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"}
{"type":"frame","at":245000000,"text":"data: [DONE]\n\n"}
{"type":"end","at":245001000,"reason":"eof"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule

_ENOUGH = 10
_SHORTEST = 100_000_000
"""Nanoseconds: in a shorter stream, nobody notices pauses."""


@rule("TIM603", "warning", timed=True, whole=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield one sighting for such a stream."""
    times = [at for at in stream.chunk_times() if at is not None]
    if len(times) < _ENOUGH or times[-1] - times[0] < _SHORTEST:
        return
    times.sort()
    span, most = times[-1] - times[0], 0
    least = int(0.8 * len(times)) + 1
    if not any(last - first <= span // 100 for first, last in zip(times, times[least - 1 :], strict=False)):
        return
    first = 0
    for last, at in enumerate(times):
        while at - times[first] > span // 100:
            first += 1
        most = max(most, last - first + 1)
    if most > 0.8 * len(times):
        yield Sighting(f"{most} of {len(times)} chunks arrived within {span / 1e8:.1f} ms of {span / 1e6:.1f} ms")
