"""Event name differs from the type in its data.

What it finds: events of an API with event names whose `event:` line differs from the `type` or `event_type` in the
data; in the Assistants API, events whose name does not begin with the `object`.

Why it matters: some clients use the name and others the type, so the same event means different things to them.

What to do: derive the `event:` line from the data, or the other way round.

Bad: anthropic
    name 4 content_block_end

Good: anthropic
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.model.wording import describe
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
"""The field of the data that corresponds to the event name, by API."""


@rule("SSE113", "warning", apis=tuple(_FIELDS), framing=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each event whose name differs from its type."""
    names = stream.events.names
    if names is None:
        return
    field = _FIELDS[stream.api]
    for chunk, event in enumerate(stream.chunk_events):
        name, kind = names[event], stream.chunks[chunk].get(field)
        within = field == "object" and name.startswith(f"{kind}.")
        if name not in (kind, "message") and not within:
            kind = f"its {field} is {describe(kind)}" if field in stream.chunks[chunk] else f"it has no {field}"
            yield Sighting(f"the event is named {describe(name)}, but {kind}", chunk=chunk, path=f"$.{field}")
