"""Coalesced gaps: the share of inter-chunk gaps that are too small to be true.

Formula: gaps under 0.1 ms / all gaps. Chunks that came in one read have stamps microseconds apart: where the share is
large, the small percentiles of the gaps tell of the network and not of the model. Missing for the reasons of
`inter_chunk_gap`.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ratio", "Coalesced", aliases=("coalesced",), shown="asked", order=53)
def measured(timeline: Timeline) -> Samples:
    """One sample: a share from 0 to 1."""
    if timeline.gaps_missing:
        return Samples(missing=timeline.gaps_missing)
    if timeline.coarse:
        return Samples(missing="coarse-clock")
    return Samples((timeline.coalesced / len(timeline.gaps),))
