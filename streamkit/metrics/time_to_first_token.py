"""Time to first token: from the request to the first chunk with answer text, reasoning or a piece of a tool call.

Formula: at(first content chunk) − at(request). A chunk with only a role or an empty string does not count. The time
of a chunk is that of the frame that completes its event. The clock starts at 0 just before name resolution and
connect. Missing without measured times (`no-times`) and if the time of the request is unknown (`no-request-time`: a
pipe, a log without it), and without any such chunk (`no-token`). AIPerf and GuideLLM compute it in the same way;
other tools do not: see `stats --definitions`. Over a WebSocket, the request is the client's last `response.create` before
the chunk; without one, the server decided when to respond (`no-request-time`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("ns", "TTFT", aliases=("ttft", "gen_ai.server.time_to_first_token"), shown="always", order=10)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    content = timeline.content
    return timeline.since_turn(
        timeline.chunk_times[content[0]] if content else None, "no-times" if content else "no-token"
    )
