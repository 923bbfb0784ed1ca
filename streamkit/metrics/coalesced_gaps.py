"""Coalesced gaps: the share of inter-chunk gaps that are implausibly small.

Formula: gaps under 0.1 ms / all gaps. Chunks that arrived in one read have times microseconds apart: if the share is
large, the low percentiles of the gaps describe the network, not the model. Missing for the same reasons as
`inter_chunk_gap`.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ratio", "Coalesced", aliases=("coalesced",), shown="requested", order=53)
def measured(timeline: Timeline) -> Samples:
    """Return one sample: a share from 0 to 1."""
    if timeline.gaps_missing:
        return Samples(missing=timeline.gaps_missing)
    if timeline.coarse:
        return Samples(missing="coarse-clock")
    return Samples((timeline.coalesced / len(timeline.gaps),))
