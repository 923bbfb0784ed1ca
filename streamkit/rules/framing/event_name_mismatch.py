"""An event's name is not the type in its data.

What it finds: events of an API that names them whose `event:` line differs from the `type` or the `event_type` in the
data; of the Assistants API, whose name does not begin with the `object`.

Why it matters: some clients go by the name and others by the type: the same event means different things to them.

Bad: anthropic
    name 4 content_block_end

Good: anthropic
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule

_FIELDS = {
    "anthropic_completions": "type",
    "anthropic_messages": "type",
    "openai_responses": "type",
    "openai_assistants": "object",
    "cohere": "type",
    "mistral_conversations": "type",
    "gemini_interactions": "event_type",
}
"""The field of the data that each API's events are named by."""


@rule("SSE113", "warning", apis=tuple(_FIELDS), framing=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each event of two minds."""
    names = stream.events.names
    if names is None:
        return
    field = _FIELDS[stream.api]
    for chunk, event in enumerate(stream.chunk_events):
        name, kind = names[event], stream.chunks[chunk].get(field)
        within = field == "object" and name.startswith(f"{kind}.")
        if name not in (kind, "message") and not within:
            yield Sighting(f"the event is named {name!r}, and its {field} is {kind!r}", chunk=chunk, path=f"$.{field}")
