"""Events per read: how many events each frame completed.

Formula: for each frame that holds the last byte of an event, the number of events that end in it. More than one means that
the events came together, by the sender's doing or by the network's, and that their times say nothing about each other.
Missing without any event (`no-event`) and where the log did not keep frames (`no-frames`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from functools import partial

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("1", "Events/read", many=True, shown="asked", order=52)
def measured(timeline: Timeline) -> Samples:
    """A sample a frame that completed an event."""
    stream = timeline.stream
    ends, frame_ends = stream.events.ends, stream.exchange.frames.ends
    if not ends:
        return Samples(missing="no-event")
    if not stream.framed or stream.exchange.source == "import":
        return Samples(missing="no-frames")
    if ends == frame_ends:
        return Samples([1] * len(ends))
    return Samples(list(Counter(map(partial(bisect_left, frame_ends), ends)).values()))
