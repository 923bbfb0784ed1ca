"""Choice without a finish reason.

What it finds: choices that have begun but have no `finish_reason` up to the end of the stream.

Why it matters: a complete answer cannot be distinguished from a truncated one. Clients throw, report an error, or invent
`stop` (command-code#785).

What to do: send a `finish_reason` in the last chunk of every choice.

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
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting if no chunk has a choice; the table of order reports choices without a finish reason."""
    if stream.chunks and not any(chunk.get("choices") for chunk in stream.chunks):
        yield Sighting("no chunk has a choice, so there is no finish reason", chunk=len(stream.chunks) - 1)
