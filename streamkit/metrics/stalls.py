"""Stalls: the number of gaps that are much longer than usual.

Formula: number of inter-chunk gaps longer than 5 × the median of the gaps that are not coalesced. Their positions are
under `stalls` in the JSON output and in the timeline. Missing for the same reasons as `inter_chunk_gap`.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("1", "Stalls", aliases=("stall",), shown="always", order=54)
def measured(timeline: Timeline) -> Samples:
    """Return one sample: the number of stalls."""
    if timeline.gaps_missing:
        return Samples(missing=timeline.gaps_missing)
    return Samples((len(timeline.stalls),))
