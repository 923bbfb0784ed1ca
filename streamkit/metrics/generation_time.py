"""Generation time: from the first content chunk to the last.

Formula: at(last content chunk) − at(first content chunk). The time of the request is not needed. Missing without
measured times (`no-times`), with fewer than two content chunks (`no-token`, `one-token`), and if the clock went back
(`clock-went-back`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "Generation", aliases=("generation", "decode"), shown="requested", order=15)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    times = timeline.content_times
    if len(times) < 2:
        return Samples(missing=timeline.gaps_missing or "one-token")
    return timeline.between(times[-1], times[0])
