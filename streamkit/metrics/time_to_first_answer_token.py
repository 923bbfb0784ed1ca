"""Time to first answer token: from the request to the first chunk with answer text or a piece of a tool call.

Formula: at(first chunk with content, refusal or tool text) − at(request). It differs from the time to first token where the
model reasons first. AIPerf calls it time to first output token. Missing without measured times (`no-times`) and where the time of the request is not known (`no-request-time`: a pipe, a log that
does not say),
and where no answer came (`no-answer`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples
from streamkit.model.message import TEXT, TOOL


@metric("ns", "TTFA", aliases=("ttfa", "ttfo"), shown="always", order=11)
def measured(timeline: Timeline) -> Samples:
    """One sample, in nanoseconds."""
    flags = timeline.flags
    first = next((chunk for chunk in timeline.content if flags[chunk] & (TEXT | TOOL)), None)
    return timeline.since_request(
        None if first is None else timeline.chunk_times[first], "no-answer" if first is None else "no-times"
    )
