"""Time to first token: from the request to the first chunk that carries answer text, reasoning or a piece of a tool call.

Formula: at(first chunk with content, reasoning or tool text) − at(request sent). A chunk that carries only a role, an
empty string or a comment does not count. The time of a chunk is that of the frame which completed its event. The request is
sent at the clock's zero, just before name look-up and connect. Missing without measured times (`no-times`), without a request (`no-request-time`) and
without any such chunk (`no-token`).
"""

from __future__ import annotations

from streamkit.metrics._metric import metric
from streamkit.model.measurement import Samples
from streamkit.model.message import TOKEN
from streamkit.model.stream import Stream


@metric("ns", "TTFT", aliases=("ttft",), order=10)
def measured(stream: Stream) -> Samples:
    """One sample, in nanoseconds."""
    if not stream.exchange.timed:
        return Samples(missing="no-times")
    if stream.exchange.clock != "monotonic" or stream.exchange.source == "stdin":
        return Samples(missing="no-request-time")
    for chunk, flag in enumerate(stream.flags):
        if flag & TOKEN:
            at = stream.time_of(chunk)
            return Samples((at,)) if at is not None else Samples(missing="no-times")
    return Samples(missing="no-token")
