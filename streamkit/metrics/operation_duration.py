"""Operation duration: from the request to the end of the body.

Formula: at(end) − at(request). This is OpenTelemetry's `gen_ai.client.operation.duration`. A truncated stream has a
duration too, up to where it was cut off. Missing without measured times (`no-times`) and if the time of the request
is unknown (`no-request-time`: a pipe, a log without it), and if the recorder did not see the end (`no-end-time`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric(
    "ns",
    "Total",
    aliases=("total", "duration", "e2e", "latency", "gen_ai.client.operation.duration"),
    shown="always",
    order=14,
)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    end = timeline.stream.exchange.end
    return timeline.since_request(end.at if end else None, "no-end-time")
