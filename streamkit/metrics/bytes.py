"""Bytes: the size of the body.

Formula: the number of bytes of all frames, without transfer and content codings.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("bytes", "Bytes", shown="always", order=4)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in bytes."""
    return Samples((timeline.stream.exchange.frames.size,))
