"""Time to first byte: from the request to the first frame of the body.

Formula: at(first frame that is not empty) − at(request). The frame may be a keep-alive comment: it shows that the
server is alive, not that the answer has begun. Missing without measured times (`no-times`) and if the time of the
request is unknown (`no-request-time`: a pipe, a log without it), and for an empty body (`no-body`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "TTFB", aliases=("ttfb",), shown="always", order=7)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    frames = timeline.stream.exchange.frames
    at = next((at for data, at in zip(frames.data, frames.at, strict=True) if data), None)
    return timeline.since_request(at, "no-times" if frames.size else "no-body")
