"""No chunk says why a choice ended.

What it finds: choices that were begun and have no `finish_reason` to the end.

Why it matters: a finished answer and one that was cut off look the same. Clients throw, report an error, or make up
`stop` (command-code#785).

Bad: chat
    drop 3

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, missteps, rule


@rule(
    "SEQ410",
    "error",
    finds=missteps,
    apis=("openai_chat", "openai_completions"),
    whole=True,
    breaks="openai-node 6.49 `.stream()` throws `missing finish_reason`; Vercel AI SDK 6.0: finish `error`; litellm 1.106 makes up `stop`",
)
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each choice without one, and one where there is no choice at all."""
    if stream.chunks and not any(chunk.get("choices") for chunk in stream.chunks):
        yield Sighting("no chunk has a choice, so none finishes", chunk=len(stream.chunks) - 1)
