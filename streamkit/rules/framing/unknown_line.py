r"""Line with an unknown field name.

What it finds: lines whose field name is not in the standard: a line without `data:`, `error: …`, a wrapped line. A
line that looks like a chunk is an error; a field with another name (`trace-id: 7`), which the standard ignores, is
for information.

Why it matters: standard clients silently ignore such a line. If it contains JSON, content is lost: the `error: {…}`
of llama.cpp#16109 ends as a silent success, and a bare `[DONE]` as a stream that never ends.

What to do: send payloads, including errors, in `data:` lines.

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

from collections.abc import Iterator

from streamkit.model.finding import Severity
from streamkit.model.stream import Stream
from streamkit.patterns import pattern
from streamkit.rules import Sighting, rule
from streamkit.rules._excerpt import shown_text
from streamkit.wire.values import Ignored

# An additional field, as gateways add them. The standard ignores it.
_FIELD = pattern(rb"(?!(?i:data|event|id|retry|error):)[A-Za-z][A-Za-z0-9_-]*:(?: |\Z)")
_LIKE_A_CHUNK = pattern(rb"""\{\s*["']|\[DONE\]""")


@rule(
    "SSE105",
    "warning",
    also=("error", "info"),
    framing=True,
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each such line."""
    for _, aside in stream.events.asides:
        if isinstance(aside, Ignored) and aside.reason == "unknown-field":
            name = shown_text(aside.data.partition(b":")[0][:40])
            lost = bool(_LIKE_A_CHUNK.search(aside.data))
            severity: Severity | None = "error" if lost else "info" if _FIELD.match(aside.data) else None
            message = f"the line begins with {name!r}, which is not a field" + (
                ", and contains what looks like a chunk" if lost else ""
            )
            yield Sighting(message, byte=aside.start, severity=severity, excerpt=shown_text(aside.data))
