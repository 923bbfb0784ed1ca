"""Time to first answer token: from the request to the first chunk with answer text or a piece of a tool call.

Formula: at(first chunk with content, refusal or tool text) − at(request). It differs from the time to first token if
the model reasons first. It is AIPerf's time to first output token. Missing without measured times (`no-times`) and if
the time of the request is unknown (`no-request-time`: a pipe, a log without it), and without an answer (`no-answer`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples
from streamkit.model.message import TEXT, TOOL


@metric("ns", "TTFA", aliases=("ttfa", "ttfo"), shown="always", order=11)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in nanoseconds."""
    flags = timeline.flags
    first = next((chunk for chunk in timeline.content if flags[chunk] & (TEXT | TOOL)), None)
    return timeline.since_turn(
        None if first is None else timeline.chunk_times[first], "no-answer" if first is None else "no-times"
    )
