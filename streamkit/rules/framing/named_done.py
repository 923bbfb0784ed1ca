"""`[DONE]` with an event name.

What it finds: `data: [DONE]` after an `event:` line in a stream of the Anthropic API.

Why it matters: the SDK ignores events without a name and parses every other as JSON.

What to do: leave `[DONE]` out of Anthropic streams; they end with `message_stop`.

Bad: anthropic
    append [DONE]
    name 7 done

Good: anthropic
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule(
    "SSE126",
    "error",
    apis=("anthropic_messages",),
    framing=True,
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each occurrence."""
    for event in stream.done:
        name = stream.events.name(event)
        if name not in ("message", "ping"):
            yield Sighting(f"[DONE] is sent as an event named {name[:40]!r}", event=event)
