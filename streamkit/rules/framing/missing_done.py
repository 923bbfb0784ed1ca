"""Stream does not end with `[DONE]`.

What it finds: a chat or completions stream without the event `data: [DONE]`.

Why it matters: clients that wait for it hang until the connection closes (OmniRoute#6777), and whether the response
is complete can only be guessed (opencodex#1170).

What to do: send `data: [DONE]` and a blank line at the end of every stream.

Bad: chat
    drop 4

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule
from streamkit.rules._broken import cause
from streamkit.wire.values import Tail


def _has_faulty_done(stream: Stream) -> bool:
    """Return whether there is a misspelled or unterminated `[DONE]`, which other rules report."""
    return any(cause(stream, broken) == "bad-done-sentinel" for broken in stream.broken) or any(
        isinstance(aside, Tail) and aside.event is not None and aside.event.data == b"[DONE]"
        for _, aside in stream.events.asides
    )


@rule("SSE120", "warning", apis=("openai_chat", "openai_completions"), framing=True, whole=True)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield one sighting if there is no such event."""
    if not stream.done and not _has_faulty_done(stream):
        yield Sighting("no [DONE] at the end", chunk=len(stream.chunks) - 1 if stream.chunks else None)
