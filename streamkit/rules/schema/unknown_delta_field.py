"""A field of a delta that is in no table.

What it finds: fields inside `delta` that neither the API nor the dialect has, each once, at the chunk where it first
comes.

Why it matters: what a provider adds there, a client of another provider never shows: reasoning in a field of one's
own is lost to it.

Bad: chat
    set 2 $.choices[0].delta.musing "hm"

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("SCH321", "info")
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each field."""
    for misfit in stream.drift():
        if ".delta" in misfit.path:
            yield Sighting(misfit.message, chunk=misfit.chunk, path=misfit.path)
