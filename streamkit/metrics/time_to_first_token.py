"""Time to first token: from the request to the first chunk that carries answer text, reasoning or a piece of a tool call.

Formula: at(first content chunk) − at(request). A chunk that carries only a role, an empty string or a comment does not count.
The time of a chunk is that of the frame which completed its event. The request is sent at the clock's zero, just before
name look-up and connect. Missing without measured times (`no-times`) and where the time of the request is not known (`no-request-time`: a pipe, a log that
does not say),
and without any such chunk (`no-token`). AIPerf and GuideLLM count so; other tools do not: see `stats --definitions`.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "TTFT", aliases=("ttft", "gen_ai.server.time_to_first_token"), shown="always", order=10)
def measured(timeline: Timeline) -> Samples:
    """One sample, in nanoseconds."""
    content = timeline.content
    return timeline.since_request(
        timeline.chunk_times[content[0]] if content else None, "no-times" if content else "no-token"
    )
