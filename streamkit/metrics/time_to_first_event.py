"""Time to first event: from the request to the first event of the body.

Formula: at(first event) − at(request). Comments are not events. Missing without measured times (`no-times`) and if
the time of the request is unknown (`no-request-time`: a pipe, a log without it), and without any event (`no-event`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "TTFE", aliases=("ttfe",), shown="always", order=8)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    times = timeline.stream.times
    return timeline.since_request(times[0] if times else None, "no-times" if times else "no-event")
