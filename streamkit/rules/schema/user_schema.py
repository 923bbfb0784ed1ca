"""Chunk does not match your JSON Schema.

What it finds: every violation of the schema given by `--schema FILE`, or by `schema` in `[tool.streamkit.lint]`, with
its JSON path, the keyword, and the position of the keyword in the schema. Without a schema, nothing is reported.

Why it matters: the table of an API describes what every client accepts. A contract of your own may be stricter. The
example is checked against this schema:

    {"properties": {"tenant": {"type": "string"}}}

What to do: fix the server, or the schema.

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
    """Yield a sighting for each violation."""
    for misfit in stream.contract():
        yield Sighting(misfit.message, chunk=misfit.chunk, path=misfit.path)
