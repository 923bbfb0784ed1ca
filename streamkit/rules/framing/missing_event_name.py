"""Events without the name that their API gives them.

What it finds: events of the Anthropic, the Responses or the Assistants API without an `event:` line.

Why it matters: Anthropic's SDKs, and OpenAI's with Assistants, look at the event's name and pass over what has none: no
event arrives and no error is raised. OpenAI's SDKs read the type inside the data, so that in Responses streams it is a warning.

Bad: anthropic
    unname *

Good: anthropic
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.finding import Severity
from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule(
    "SSE112",
    "error",
    also=("warning",),
    apis=("anthropic_completions", "anthropic_messages", "openai_assistants", "openai_responses"),
    framing=True,
    breaks="anthropic 2.11, AssistantEventHandler of openai-python 3.54: the event is passed over, and the message is empty",
)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each event without a name."""
    if stream.framing != "sse":
        return
    severity: Severity | None = "warning" if stream.api == "openai_responses" else None
    for chunk, event in enumerate(stream.chunk_events):
        if stream.events.name(event) == "message":
            kind = stream.chunks[chunk].get("object" if stream.api == "openai_assistants" else "type")
            yield Sighting(f"an event of type {kind!r} has no `event:` line", chunk=chunk, severity=severity)
