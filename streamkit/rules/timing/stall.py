r"""Nothing came for 30 seconds.

What it finds: a pause of 30 seconds or more between two events of a stream. A comment counts as an event: it keeps
the connection open. `--max-gap SECONDS` and `max-gap` in `[tool.streamkit.lint]` say another length.

Why it matters: proxies and clients close a connection that is silent for so long, many after 30 or 60 seconds
(DeepSeek-V3#1608).

Bad:

```jsonl
{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:00:00.000000Z","source":"client","clock":"monotonic","request":null,"labels":{},"tool":"t"}
{"type":"response","at":1000,"status":200,"http":"1.1","headers":[["content-type","text/event-stream"]]}
{"type":"frame","at":5000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":25000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":45000000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"}
{"type":"frame","at":45001000000,"text":"data: [DONE]\n\n"}
{"type":"end","at":45001001000,"reason":"eof"}
```

Good:

```jsonl
{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:00:00.000000Z","source":"client","clock":"monotonic","request":null,"labels":{},"tool":"t"}
{"type":"response","at":1000,"status":200,"http":"1.1","headers":[["content-type","text/event-stream"]]}
{"type":"frame","at":5000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":25000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":45000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"}
{"type":"frame","at":46000000,"text":"data: [DONE]\n\n"}
{"type":"end","at":46001000,"reason":"eof"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("TIM602", "warning", timed=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each pause."""
    frames = stream.exchange.frames
    last = None
    for frame, at in enumerate(frames.at):
        if at is None:
            continue
        if last is not None and at - last >= stream.max_gap:
            yield Sighting(f"{(at - last) / 1e9:.1f} s without a byte", line=frames.lines[frame])
        last = at
