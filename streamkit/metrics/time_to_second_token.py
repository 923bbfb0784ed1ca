"""Time to second token: from the request to the second content chunk.

Formula: at(second content chunk) − at(request). Many servers compute the first token separately from the rest, so the
second shows the cost of streaming. AIPerf's metric of this name is measured from the first token; that is the first
gap. Missing without measured times (`no-times`) and if the time of the request is unknown (`no-request-time`: a pipe,
a log without it), and with fewer than two content chunks (`no-token`, `one-token`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "TTST", aliases=("ttst",), shown="requested", order=12)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    content = timeline.content
    if len(content) < 2:
        return timeline.since_turn(None, "one-token" if content else "no-token")
    return timeline.since_turn(timeline.chunk_times[content[1]], "no-times")
