"""Stalls: the gaps that are far longer than usual.

Formula: how many inter-chunk gaps are longer than 5 × the median of those gaps that are not coalesced. Where they are stands
under `stalls` of the JSON output and in the timeline. Missing for the reasons of `inter_chunk_gap`.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("1", "Stalls", aliases=("stall",), shown="always", order=54)
def measured(timeline: Timeline) -> Samples:
    """One sample: how many stalls."""
    if timeline.gaps_missing:
        return Samples(missing=timeline.gaps_missing)
    return Samples((len(timeline.stalls),))
