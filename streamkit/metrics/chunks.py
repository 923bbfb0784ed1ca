"""Chunks: the provider's JSON objects.

Formula: the number of events whose data is a JSON object. `[DONE]` and undecodable data are events but not chunks. A
chunk is not a token: it may contain none, part of one, or several.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("1", "Chunks", shown="always", order=2)
def measured(timeline: Timeline) -> Samples:
    """Return one sample: the number of chunks."""
    return Samples((len(timeline.stream.chunks),))
