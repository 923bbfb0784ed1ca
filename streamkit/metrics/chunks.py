"""Chunks: the provider's JSON objects.

Formula: the number of events whose data is a JSON object. `[DONE]` and data that cannot be decoded are events but not chunks.
A chunk is not a token: it may carry none, part of one, or many.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("1", "Chunks", shown="always", order=2)
def measured(timeline: Timeline) -> Samples:
    """One sample: how many chunks."""
    return Samples((len(timeline.stream.chunks),))
