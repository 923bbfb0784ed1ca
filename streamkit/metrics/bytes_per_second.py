"""Bytes per second: how fast the body arrived after its first frame.

Formula: bytes after the first frame / (at(last frame) − at(first frame)). Missing without measured times (`no-times`)
and if the body arrived in a single read (`one-read`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("bytes/s", "Bytes/s", shown="requested", order=43)
def measured(timeline: Timeline) -> Samples:
    """Return one sample, in bytes per second."""
    frames = timeline.stream.exchange.frames
    times = [at for at in frames.at if at is not None]
    if not timeline.stream.exchange.timed or not times:
        return Samples(missing="no-times")
    if times[-1] <= times[0]:
        return Samples(missing="clock-went-back" if times[-1] < times[0] else "one-read")
    if timeline.coarse and (why := timeline.too_coarse(times)):
        return Samples(missing=why)
    return Samples(((frames.size - len(frames.data[0])) * 1e9 / (times[-1] - times[0]),))
