"""Chunk bytes: the size of each chunk.

Formula: the number of bytes of each event's data that is a JSON object, one sample per chunk. Missing without any
chunk (`no-chunk`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("bytes", "Chunk size", many=True, shown="requested", order=50)
def measured(timeline: Timeline) -> Samples:
    """Return a sample per chunk, in bytes."""
    stream = timeline.stream
    all_sizes = stream.payload_sizes()
    sizes = (
        all_sizes
        if stream.chunk_events == range(len(all_sizes))
        else [all_sizes[event] for event in stream.chunk_events]
    )
    return Samples(sizes, "" if sizes else "no-chunk")
