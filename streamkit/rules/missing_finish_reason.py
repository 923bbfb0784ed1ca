"""No chunk says why a choice ended.

What it finds: a chat stream in which a choice was begun and no chunk carries its `finish_reason`.

Why it matters: the client cannot tell a finished answer from one that was cut off. openai-node's stream helper throws,
Vercel's AI SDK reports an error, litellm makes up `stop`.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.message import FINISH
from streamkit.model.stream import Stream
from streamkit.rules._rule import Sighting, rule


@rule(
    "SEQ410",
    "error",
    apis=("openai_chat",),
    whole=True,
    breaks="openai-node 6.49 `.stream()` throws `missing finish_reason`",
)
def check(stream: Stream) -> Iterator[Sighting]:
    """One sighting where no chunk carries a finish reason."""
    if stream.chunks and stream.streamed and not any(flag & FINISH for flag in stream.flags):
        yield Sighting("no chunk carries a finish_reason", stream.place(chunk=len(stream.chunks) - 1))
