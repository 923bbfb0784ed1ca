"""Unknown field.

What it finds: fields that neither the API nor the dialect has, each once, at the first chunk with it.

Why it matters: the provider added something, or misspelled something. Clients ignore it or carry it along.

What to do: check the spelling; otherwise nothing.

Bad: chat
    set 2 $.tier "gold"

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("SCH320", "info")
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each field."""
    for misfit in stream.drift():
        if ".delta" not in misfit.path:
            yield Sighting(misfit.message, chunk=misfit.chunk, path=misfit.path)
