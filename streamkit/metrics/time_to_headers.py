"""Time to headers: from the request to the status line and headers of the response.

Formula: at(response) − at(request). Missing without measured times (`no-times`) and if the time of the request is
unknown (`no-request-time`: a pipe, a log without it), and if no headers were recorded (`no-headers`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "Headers", aliases=("headers", "tth"), shown="always", order=6)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    response = timeline.stream.exchange.response
    return timeline.since_request(response.at if response else None, "no-headers")
