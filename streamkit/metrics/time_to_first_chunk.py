"""Time to first chunk: from the request to the first chunk, whatever its content.

Formula: at(first chunk) − at(request). This is OpenTelemetry's `gen_ai.client.operation.time_to_first_chunk`. For
most providers the first chunk has a role but no text, so this is not the time to first token. Missing without
measured times (`no-times`) and if the time of the request is unknown (`no-request-time`: a pipe, a log without it),
and without any chunk (`no-chunk`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "TTFC", aliases=("ttfc", "gen_ai.client.operation.time_to_first_chunk"), shown="requested", order=9)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    times = timeline.chunk_times
    return timeline.since_request(times[0] if times else None, "no-times" if times else "no-chunk")
