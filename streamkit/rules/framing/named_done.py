"""A `[DONE]` that has the name of an event.

What it finds: `data: [DONE]` below an `event:` line in a stream of the Anthropic API.

Why it matters: the SDK passes over events without a name, and decodes every other as JSON.

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
    breaks="anthropic 2.12: JSONDecodeError",
)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each of them."""
    for event in stream.done:
        name = stream.events.name(event)
        if name not in ("message", "ping"):
            yield Sighting(f"[DONE] comes as an event named {name[:40]!r}", event=event)
