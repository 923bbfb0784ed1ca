"""Tokens per chunk: how many tokens a content chunk carries in the mean.

Formula: N / content chunks, N the output tokens that the stream carries. A server that decodes speculatively or batches its
output gives several tokens a chunk; then gaps between chunks are not times between tokens. Missing where tokens are not
known (the reason of `output_tokens`) and without content (`no-token`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("1", "Tok/chunk", shown="asked", order=51)
def measured(timeline: Timeline) -> Samples:
    """One sample, in tokens a chunk."""
    tokens = timeline.streamed_tokens
    if not timeline.content or tokens is None:
        return Samples(missing="no-token" if not timeline.content else timeline.tokens.missing)
    return Samples((tokens / len(timeline.content),))
