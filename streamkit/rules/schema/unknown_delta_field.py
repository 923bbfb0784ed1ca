"""Unknown field in a delta.

What it finds: fields in `delta` that neither the API nor the dialect has, each once, at the first chunk with it.

Why it matters: clients of other providers never show what a provider adds there: reasoning in a nonstandard field is
lost to them.

What to do: check the spelling; otherwise nothing.

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
    """Yield a sighting for each field."""
    for misfit in stream.drift():
        if ".delta" in misfit.path:
            yield Sighting(misfit.message, chunk=misfit.chunk, path=misfit.path)
