"""Time to last token: from the request to the last content chunk.

Formula: at(last content chunk) − at(request). What comes later (finish reason, usage, `[DONE]`) is not waited for.
Missing without measured times (`no-times`) and where the time of the request is not known (`no-request-time`: a pipe, a log that
does not say),
and without any content chunk (`no-token`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "TTLT", aliases=("ttlt",), shown="always", order=13)
def measured(timeline: Timeline) -> Samples:
    """One sample, in nanoseconds."""
    content = timeline.content
    return timeline.since_request(
        timeline.chunk_times[content[-1]] if content else None, "no-times" if content else "no-token"
    )
