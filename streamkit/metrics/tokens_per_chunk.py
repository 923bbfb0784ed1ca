"""Tokens per chunk: the mean number of tokens per content chunk.

Formula: N / content chunks, where N is the number of output tokens in the stream. A server that decodes speculatively
or batches its output gives several tokens per chunk; then gaps between chunks are not times between tokens. Missing if
the number of tokens is unknown (for the reason of `output_tokens`) and without content (`no-token`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("1", "Tok/chunk", shown="requested", order=51)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in tokens per chunk."""
    tokens = timeline.streamed_tokens
    if not timeline.content or tokens is None:
        return Samples(missing="no-token" if not timeline.content else timeline.tokens.missing)
    return Samples((tokens / len(timeline.content),))
