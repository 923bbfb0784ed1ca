"""An event's name is not the type in its data.

What it finds: events of the Anthropic or the Responses API whose `event:` line differs from the `type` in the data.

Why it matters: some clients go by the name and others by the type: the same event means different things to them.

Bad: anthropic
    name 4 content_block_end

Good: anthropic
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("SSE113", "warning", apis=("anthropic_messages", "openai_responses"), framing=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each event of two minds."""
    names = stream.events.names
    if names is None:
        return
    for chunk, event in enumerate(stream.chunk_events):
        name, kind = names[event], stream.chunks[chunk].get("type")
        if name not in (kind, "message"):
            yield Sighting(f"the event is named {name!r}, and its type is {kind!r}", chunk=chunk, path="$.type")
