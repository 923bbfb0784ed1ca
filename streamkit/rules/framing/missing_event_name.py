"""Events without the name that their API gives them.

What it finds: events of the Anthropic or the Responses API without an `event:` line.

Why it matters: Anthropic's SDKs look at the event's name and pass over what has none: no event arrives and no error
is raised. OpenAI's SDKs read the type inside the data, so that in Responses streams it is a warning.

Bad:

```sse
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}

data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

data: {"type":"content_block_stop","index":0}

data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}

data: {"type":"message_stop"}
```

Good:

```sse
event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}

event: message_stop
data: {"type":"message_stop"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.finding import Severity
from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule(
    "SSE112",
    "error",
    apis=("anthropic_messages", "openai_responses"),
    framing=True,
    breaks="anthropic 2.11: the event is passed over, and the message is empty",
)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each event without a name."""
    if stream.framing != "sse":
        return
    severity: Severity | None = "warning" if stream.api == "openai_responses" else None
    for chunk, event in enumerate(stream.chunk_events):
        if stream.events.name(event) == "message":
            kind = stream.chunks[chunk].get("type")
            yield Sighting(f"an event of type {kind!r} has no `event:` line", chunk=chunk, severity=severity)
