"""A chunk is not valid against your own JSON Schema.

What it finds: everything in a chunk that is not as the schema of `--schema FILE` (or `schema` in
`[tool.streamkit.lint]`) wants it: each with its JSON path, the keyword that it breaks, and where that stands in the
schema. Without a schema it finds nothing.

Why it matters: the table of an API tells what every client can live with. A contract of your own, or the dialect of your
house, may be stricter. The example is held to this schema:

    {"properties": {"tenant": {"type": "string"}}}

Bad: chat
    set 2 $.tenant 7

Good: chat
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("SCH380", "error")
def check(stream: Stream) -> Iterator[Sighting]:
    """A sighting for each."""
    for misfit in stream.contract():
        yield Sighting(misfit.message, chunk=misfit.chunk, path=misfit.path)
