"""`[DONE]` in an API without it.

What it finds: `data: [DONE]` in a stream of the Anthropic, Responses or Gemini API, which end with an event of their
own.

Why it matters: the SDKs ignore it if it has no event name; with one, they parse it as JSON and raise. It is a
leftover of gateways that translate from the chat API.

What to do: drop `[DONE]` when translating from the chat API.

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
    """Yield a sighting for each occurrence."""
    for event in stream.done:
        yield Sighting("[DONE] is not an event of this API", event=event)
