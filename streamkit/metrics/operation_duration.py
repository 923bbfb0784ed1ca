"""Operation duration: from the request to the end of the body.

Formula: at(end) − at(request). This is OpenTelemetry's `gen_ai.client.operation.duration`. A stream that was cut has a
duration too: to where it was cut. Missing without measured times (`no-times`) and where the time of the request is not known (`no-request-time`: a pipe, a log that
does not say),
and where the recorder did not see the end (`no-end-time`).
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
    """One sample, in nanoseconds."""
    end = timeline.stream.exchange.end
    return timeline.since_request(end.at if end else None, "no-end-time")
