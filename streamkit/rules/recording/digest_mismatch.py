r"""The recording's bytes are not those that were recorded.

What it finds: a recording whose `sha256` does not match its frames.

Why it matters: the file was edited or damaged after it was written: what is judged is not what was received.

Bad:

```jsonl
{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:00:00.000000Z","source":"client","clock":"monotonic","request":null,"labels":{},"tool":"t"}
{"type":"response","at":1000,"status":200,"http":"1.1","headers":[["content-type","text/event-stream"]]}
{"type":"frame","at":5000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":25000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":45000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"}
{"type":"frame","at":46000000,"text":"data: [DONE]\n\n"}
{"type":"end","at":46001000,"reason":"eof","sha256":"0000000000000000000000000000000000000000000000000000000000000000"}
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


@rule("REC001", "error", plain=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting where the body is not that of the digest."""
    if stream.exchange.changed:
        end = stream.exchange.end
        said = "sha256 of the frames is not the one that end says: the body was changed"
        yield Sighting(said, line=end.line if end else None)
