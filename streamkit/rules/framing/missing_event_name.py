"""Event without a name.

What it finds: events of the Anthropic, Responses or Assistants API without an `event:` line.

Why it matters: Anthropic's SDKs, and OpenAI's for Assistants, select events by name and ignore those without one: no
event arrives and no error is raised. For Responses streams, OpenAI's SDKs read the type in the data, so there it is a
warning.

What to do: send an `event:` line before each `data:` line, and forward it in a proxy.

Bad: anthropic
    unname *

Good: anthropic
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.finding import Severity
from streamkit.model.stream import Stream
from streamkit.model.wording import with_field
from streamkit.rules import Sighting, rule


@rule(
    "SSE112",
    "error",
    also=("warning",),
    apis=("anthropic_completions", "anthropic_messages", "openai_assistants", "openai_responses"),
    framing=True,
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each event without a name."""
    if stream.framing != "sse":
        return
    severity: Severity | None = "warning" if stream.api == "openai_responses" else None
    for chunk, event in enumerate(stream.chunk_events):
        if stream.events.name(event) == "message":
            field = "object" if stream.api == "openai_assistants" else "type"
            event_named = with_field("event", stream.chunks[chunk], field)
            yield Sighting(f"{event_named} without an `event:` line", chunk=chunk, severity=severity)
