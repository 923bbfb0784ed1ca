"""Inter-chunk gap: the time between a content chunk and the next.

Formula: at(content chunk i+1) − at(content chunk i), one sample per pair; in a stream with several choices, for
chunks of the same choice. These are gaps between chunks and not between tokens: a chunk may carry many tokens. Chunks
that arrived in one read have gaps near zero: those under 0.1 ms are counted and reported. Missing without measured
times (`no-times`), with fewer than two content chunks (`no-token`, `one-token`), and if every gap is negative
(`clock-went-back`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "Gap", many=True, aliases=("gap", "gaps", "icl", "inter_chunk_latency"), shown="always", order=20)
def measured(timeline: Timeline) -> Samples:
    """Return a sample per gap, in nanoseconds, in ascending order."""
    return Samples(missing=timeline.gaps_missing) if timeline.gaps_missing else Samples(timeline.gaps)
