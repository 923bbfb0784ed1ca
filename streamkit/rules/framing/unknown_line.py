r"""A line that belongs to no field.

What it finds: lines whose field name the standard does not know: a line without `data:`, `error: …`, a line that was
wrapped. A line that looks like a chunk is an error; a field of another name (`trace-id: 7`), which the standard ignores, is
for information.

Why it matters: clients of the standard pass over such a line without a word. Where it holds JSON, content is lost:
`error: {…}` of llama.cpp#16109 ends as a silent success, a bare `[DONE]` as a stream that never ends.

Bad:

```jsonl
{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:00:00.000000Z","source":"client","clock":"none","request":null,"labels":{},"tool":"t"}
{"type":"response","at":null,"status":200,"http":"1.1","headers":[["content-type","text/event-stream"]]}
{"type":"frame","at":null,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":null,"text":"{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":null,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"}
{"type":"end","at":null,"reason":"eof"}
```

Good: chat
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from streamkit.model.finding import Severity
from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule
from streamkit.rules._excerpt import shown
from streamkit.wire.values import Ignored

# A field with a name of its own, as gateways add them. The standard ignores it, and it is lawful.
_FIELD = re.compile(rb"(?!(?i:data|event|id|retry|error):)[A-Za-z][A-Za-z0-9_-]*:(?: |\Z)")
_LIKE_A_CHUNK = re.compile(rb"""\{\s*["']|\[DONE\]""")


@rule(
    "SSE105",
    "warning",
    also=("error", "info"),
    framing=True,
    breaks="every client of the standard: the line is passed over, and what it holds is lost",
)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each such line."""
    for _, aside in stream.events.asides:
        if isinstance(aside, Ignored) and aside.reason == "unknown-field":
            name = shown(aside.data.partition(b":")[0][:40])
            lost = bool(_LIKE_A_CHUNK.search(aside.data))
            severity: Severity | None = "error" if lost else "info" if _FIELD.match(aside.data) else None
            message = f"the line begins with {name!r}, which is no field" + (
                ", and holds what looks like a chunk" if lost else ""
            )
            yield Sighting(message, byte=aside.start, severity=severity, excerpt=shown(aside.data))
