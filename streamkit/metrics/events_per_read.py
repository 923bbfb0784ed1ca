"""Events per read: the number of events that each frame completes.

Formula: for each frame that contains the last byte of an event, the number of events that end in it. More than one
means that the sender or the network combined the events, so that their relative times have no meaning. Missing
without any event (`no-event`) and if the log did not keep frames (`no-frames`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from functools import partial

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("1", "Events/read", many=True, shown="requested", order=52)
def measured(timeline: Timeline) -> Samples:
    """Return a sample per frame that completed an event."""
    stream = timeline.stream
    ends, frame_ends = stream.events.ends, stream.exchange.frames.ends
    if not ends:
        return Samples(missing="no-event")
    if not stream.framed or stream.exchange.source == "import":
        return Samples(missing="no-frames")
    if ends == frame_ends:
        return Samples([1] * len(ends))
    return Samples(list(Counter(map(partial(bisect_left, frame_ends), ends)).values()))
