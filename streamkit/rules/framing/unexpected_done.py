"""A `[DONE]` in an API that has none.

What it finds: `data: [DONE]` in a stream of the Anthropic, the Responses or the Gemini API, which end with an event
of their own.

Why it matters: the SDKs pass over it where it has no event name; with one, they decode it as JSON and raise. Gateways
that translate from chat leave it behind.

Bad: anthropic
    append [DONE]

Good: anthropic
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("SSE123", "info", apis=("anthropic_completions", "anthropic_messages", "gemini", "openai_responses"))
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each of them."""
    for event in stream.done:
        yield Sighting("[DONE] is no event of this API", event=event)
