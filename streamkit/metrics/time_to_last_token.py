"""Time to last token: from the request to the last content chunk.

Formula: at(last content chunk) − at(request). Later chunks (finish reason, usage, `[DONE]`) are not included. Missing
without measured times (`no-times`) and if the time of the request is unknown (`no-request-time`: a pipe, a log
without it), and without any content chunk (`no-token`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "TTLT", aliases=("ttlt",), shown="always", order=13)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    content = timeline.content
    return timeline.since_turn(
        timeline.chunk_times[content[-1]] if content else None, "no-times" if content else "no-token"
    )
