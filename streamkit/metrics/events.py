"""Events: what the framing delivers.

Formula: the number of SSE events (or NDJSON lines, AWS messages, array elements) in the body, including terminal
markers such as `[DONE]` but not comments. Never missing: an empty body has 0.
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples


@metric("1", "Events", shown="always", order=1)
def measured(timeline: Timeline) -> Samples:
    """Return one sample: the number of events."""
    return Samples((len(timeline.stream.events),))
